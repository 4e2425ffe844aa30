"""A session of Spark, started or found at an address."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipeline.project.errors import SurveyError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# else Spark broadcasts what it takes for small by the size of compressed files, and runs out of memory; and
# times are read alike wherever a machine stands
_QUERIES = {
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.session.timeZone": "UTC",
    # what follows for one column from a condition on another takes no end of time where there are a hundred
    "spark.sql.constraintPropagation.enabled": "false",
}
_SESSION = {
    # an export of hundreds of columns makes long expressions, which Java goes through one within the other
    "spark.driver.extraJavaOptions": "-Xss16m",
    "spark.executor.extraJavaOptions": "-Xss16m",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}
_HERE = {"spark.sql.shuffle.partitions": "2", "spark.driver.memory": "3g"}
"""for a session in this machine, whose parts need not be many"""


def session(address: str) -> SparkSession:
    """A session of the Spark at an address, as local[2] or spark://host:7077.

    SurveyError where PySpark, what goes with it, or Java is missing, and where there is no Spark.
    """
    is_remote, is_here = address.startswith("sc:"), address.startswith("local")
    if not is_remote and not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise SurveyError(
            "Spark runs on Java, and there is none: install a Java runtime, version 17 or later "
            "(Debian: openjdk-17-jre-headless), or say where it is in JAVA_HOME"
        )
    if is_here:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings = _QUERIES | ({} if is_remote else _SESSION) | (_HERE if is_here else {})
    try:
        with _quiet():
            import pyarrow  # noqa: F401
            from pyspark.sql import SparkSession

            builder = SparkSession.builder
            builder = builder.remote(address) if is_remote else builder.master(address)
            for name, value in settings.items():
                builder = builder.config(name, value)
            started: SparkSession = builder.getOrCreate()
    except ImportError as error:
        raise SurveyError(
            f"Spark wants SQLGlot, PySpark and PyArrow, and there is no {error.name}; run: make .venv/.spark"
        ) from None
    except Exception as error:
        raise SurveyError(
            f"no Spark at {address!r}: {why(error)}; write local[2] or spark://HOST:7077"
        ) from None
    return started


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves what Java and PySpark print while they start; what is wrong comes as an error."""
    sys.stderr.flush()
    before, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nothing)


def why(error: Exception) -> str:
    """What Spark says is wrong, in a line: that of Java where there is one."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return next((line for line in lines if line.startswith(": ")), lines[0]).strip(": .")


def rows(frame: DataFrame) -> Any:
    """The rows of a frame; SurveyError where Spark fails, as where a worker cannot read a file."""
    with told("count"):
        return frame.toArrow()


@contextmanager
def told(what: str) -> Iterator[None]:
    """SurveyError where Spark fails within at what it is there to do."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        raise SurveyError(f"Spark could not {what}: {why(error)}") from None
