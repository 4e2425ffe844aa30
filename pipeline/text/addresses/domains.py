"""Names of hosts as people write them, and web addresses in a plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

LETTER = r"[\w\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u109f\u1780-\u17ff]"
"""a letter or digit of a name, or a mark on one, which Python's \\w leaves out"""
_NAME = LETTER[1:-1]

_COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw "
    "by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et "
    "eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie "
    "il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv "
    "ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr "
    "nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl "
    "sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz "
    "va vc ve vg vi vn vu wf ws ye yt za zm zw рф укр бел срб бг қаз 中国 中國 台灣 香港 भारत 한국 ایران مصر "
    "امارات السعودية "
)
_GENERIC = (
    "com org net edu gov mil int info biz name pro mobi museum coop aero jobs tel asia cat post travel xxx "
    "example test app dev page blog site online store shop tech cloud agency social network space website "
    "xyz club live media news digital email world today life software systems solutions services group "
    "company team art design academy foundation ngo ong berlin london paris nyc wien koeln hamburg amsterdam "
    "москва онлайн сайт 公司 网络"
)
_ALL = sorted((_COUNTRIES + " " + _GENERIC).split(), key=len, reverse=True)
TOP = rf"(?:xn--[a-z0-9-]{{2,59}}|{'|'.join(_ALL)})"
"""the ends of host names that are known here: all of countries, and the usual others"""
COMMON = (
    r"(?:com|org|net|edu|gov|info|biz|io|ai|dev|app|example|co\.uk|fr|ch|ca|eu|pl|ru|br|jp|cn|cz|se|dk|nl|es)"
)
"""ends of host names that are no words, so that they tell an address where its signs are missing"""

_ENDS = r"[^\s<>\"'”’]"
_SCHEME = re.compile(
    rf"(?<![\w])(?:h(?:tt|xx|\*\*|__)ps?|f(?:t|x)ps?|sftp|ssh|wss?|irc|ldaps?|smb|git)\s?:\s?(?://|\\\\"
    rf"|/\s/)\s?{_ENDS}+"
    rf"|(?<![\w])(?:sip|skype|xmpp|callto|tg|facetime|matrix|acct|threema):(?=[^\s:]){_ENDS}+"
    rf"|(?<![\w])https?:(?=[a-z]){_ENDS}*\.{_ENDS}+|(?<![\w])https?//{_ENDS}+"
    rf"|(?<![\w:/])//(?:[{_NAME}-]{{1,63}}\.)+{TOP}(?![{_NAME}-]){_ENDS}*",
    re.I,
)
_WWW = re.compile(
    rf"(?<![\w])www\d?(?:\.|\s\.\s|\s+dot\s+|,)\s?(?=[{_NAME}])[{_NAME}-]+(?:(?:\s\.\s"
    rf"|\s+dot\s+){LETTER}+)*{_ENDS}*",
    re.I,
)
_HANDLE = re.compile(
    rf"(?<![\w.@/])@[{_NAME}.-]{{1,64}}[@:](?:[{_NAME}-]{{1,63}}\.)+{TOP}(?![{_NAME}])", re.I
)
_HOST = re.compile(
    rf"(?<![{_NAME}@./\\-])(?P<host>(?:[{_NAME}-]{{1,63}}\.)+(?P<top>{TOP}))(?![{_NAME}-])"
    rf"(?P<behind>(?::\d{{2,5}})?(?:/{_ENDS}*|\?\w+={_ENDS}*|\#{_ENDS}+)?|)",
    re.I,
)
_PARTED = re.compile(
    rf"(?<![\w.])[{_NAME}-]{{2,63}}(?:\s\.\s|\s+dot\s+)(?:com|org|net|io|me|de|uk|fr|co|ai|dev)"
    rf"\s?(?:/|\sslash\s|\sforward slash\s)\s?[{_NAME}]+{_ENDS}*",
    re.I,
)
# one letter before the end is an abbreviation (B.Sc/M.Sc), but for these
_SHORT = {"x.com", "t.me", "m.me", "t.co", "g.co", "a.co", "v.gd", "j.mp", "g.page", "b.site", "t.cn"}
# ends that are those of file names too
_FILES = {"md", "py", "rs", "sh", "cc", "so", "ps", "mk", "ml", "pm", "pro", "cat"}
# names of software that read like hosts
_SOFTWARE = re.compile(
    r"(?:asp|ado|vb|ml|f#|nh?ibernate|unity|system|socket|draw|three|d3|p5)\.(?:net|io|dev|js|ai)", re.I
)
_PROFILES = re.compile(
    r"(?:[\w-]+\.)*(?:linkedin|facebook|fb|instagram|twitter|x|t|github|gitlab|youtube|tiktok|reddit"
    r"|medium|vk|ok|xing"
    r"|researchgate|kaggle|huggingface|bitbucket|mastodon|threads|wa|telegram|snapchat|pinterest|orcid"
    r"|bsky|weibo"
    r"|keybase|calendly|linktr|about|paypal|venmo|patreon|ko-fi|stackoverflow|twitch|discord|signal)\.\w+"
)
_PERSONAL = re.compile(
    r"(?!(?:www|docs|help|blog|status|support|api|m)\.)[\w-]+\.(?:github\.io|gitlab\.io|wordpress\.com"
    r"|blogspot\.\w+"
    r"|tumblr\.com|substack\.com|medium\.com|netlify\.app|vercel\.app|bsky\.social|livejournal\.com"
    r"|weebly\.com"
    r"|wixsite\.com|carrd\.co|pages\.dev|herokuapp\.com|bandcamp\.com|myportfolio\.com|about\.me"
    r"|hashnode\.dev)"
)
# what no host that leads somewhere is without, and quicker to look for
_MAYBE_HOST = re.compile(
    r"\.(?:[^\W\d_]{2,24}(?:[/?#]|:\d)|xn--|(?:github|gitlab)\.io|(?:wordpress|tumblr|substack|medium"
    r"|livejournal|weebly"
    r"|wixsite|bandcamp|myportfolio)\.com|blogspot\.|(?:netlify|vercel)\.app|bsky\.social|carrd\.co"
    r"|pages\.dev|herokuapp"
    r"|about\.me|hashnode)",
    re.I,
)
_TRAILING = ".,;:!?)]}"


def addresses(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each address that says itself what it is begins and ends (https, www, a handle), and its text."""
    lower = text.lower()
    used = [
        *([_SCHEME] if ":" in text or "//" in text else ()),
        *([_WWW] if "www" in lower else ()),
        *([_PARTED] if " . " in text or " dot " in lower else ()),
    ]
    for pattern in used:
        for match in pattern.finditer(text):
            domain = match[0].rstrip(_TRAILING)
            yield match.start(), match.start() + len(domain), domain
    for match in _HANDLE.finditer(text) if "@" in text else ():
        yield match.start(), match.end(), match[0]


def hosts(text: str, at: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """Where each host that leads somewhere begins and ends. `at` says where each character stood before."""
    hidden = len(at) < 2 or at[-1] != len(text)
    for match in _HOST.finditer(text) if hidden or _MAYBE_HOST.search(text) else ():
        if _leads_somewhere(match, at):
            domain = match[0].rstrip(_TRAILING)
            yield match.start(), match.start() + len(domain), domain


def _leads_somewhere(match: re.Match[str], at: Sequence[int]) -> bool:
    """Whether a host is one, and more than the name of a site: it has a path, a port or a person in front."""
    host, top, behind = match["host"], match["top"], match["behind"]
    folded = host.casefold()
    if top != top.lower() and host != host.upper():
        return False  # a sentence that goes on without a space
    if _SOFTWARE.fullmatch(folded) or (len(folded.split(".")[-2]) == 1 and folded not in _SHORT):
        return False
    if not any(character.isalpha() for character in folded.rpartition(".")[0]):
        return False
    hidden = any(
        match.string[place] == "." and at[place + 1] - at[place] != 1 for place in range(*match.span("host"))
    )
    if hidden or _PERSONAL.fullmatch(folded):
        return True
    if len(behind.strip("/.,;:!?)")) == 0:
        return False
    if folded.rpartition(".")[2] in _FILES and folded.count(".") < 2:
        return False
    names = host[:1].isupper() and bool(re.fullmatch(r"/[A-Z][A-Za-z.]*[.,;)]*", behind))
    return bool(_PROFILES.fullmatch(folded)) or not names
