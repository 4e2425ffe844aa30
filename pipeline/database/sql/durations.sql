-- durations: one row a response whose times are both read and in order, and how many seconds it took.
-- Reads: times (respondent, start and end_ in seconds, null where not read). Writes: all_durations.
insert into all_durations by name
select $wave as wave, respondent, end_ - start as seconds
from times
where end_ >= start
