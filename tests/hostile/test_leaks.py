"""What could reach a person is found in texts about to be written, and what only looks like it is not."""

from __future__ import annotations

import re
import shutil
import time

import pytest
from projects import ROOT, digest, run_to

from pipeline.disclosure.leaks import scan
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tables import tables
from pipeline.text.addresses import KINDS

FOUND = {
    "an e-mail address": [
        "jo@example.org", "Jo.Public+x@mail.example.co.uk", "write to <jo@example.org>.",
        "ｊｏ\uff20example.org", "jo\u200b@example.org", "o'hara@example.org", "jörg@bücher.example",
        "jo [at] example [dot] org", "jo(at)example.org", "jo[at]example.org", "jo {at} example {dot} org",
        "jo_at_example.org", "jo AT example DOT org", "jo at example dot org",
        "ｊｏ ＡＴ ｅｘａｍｐｌｅ ＤＯＴ ｏｒｇ",
        "jo @ example.org", "jo @ example . org", "jo@ example.org", "jo&#64;example.org",
        "jo&#x40;example&#46;org", "jo&commat;example.org", "jo%40example.org", "mailto:jo@example.org",
        "mailto:jo%40example.org?subject=x", '"jo public"@example.org', "jo@xn--bcher-kva.example",
        "jo-anne@my-host.example.org", "jo+survey@example.org", "jo\u00ad@exam\u00adple.org",
        "j\ufeffo@example\u2060.org", "jo\ufe6bexample\uff0eorg", "jo@example\u3002org", "jo@example[.]org",
        "jo<at>example<dot>org", "jo -at- example -dot- org", "jo|at|example.org", "jo*at*example*dot*org",
        "jo(a)example.org", "jo (ät) example (punkt) org", "jo arroba example punto com",
        "jo arobase example point fr", "jo chiocciola example punto it", "jo klammeraffe example punkt de",
        "jo собака example точка рф", "jo.public at example.org", "e-mail: jo at example.org",
        "jo84 at gmail.com", "jopublic at gmail dot com", "jo.public@gmail", "jo@example,org",
        "jo@example com", "jo.public@example..org", "j o @ e x a m p l e . o r g",
        "स\u0902पर\u094dक@ड\u093eट\u093eम\u0947ल.भ\u093eरत", "用户@例子.公司", "почта@пример.рф",
        "JO@EXAMPLE.ORG", "email=jo@example.org", "jo@example.org,other text", "jo(comment)@example.org",
        "jo\\u0040example.org", "first.last@sub.sub2.example.museum", "邮箱jo@example.org谢谢",
        "jo\uff20ｅｘａｍｐｌｅ\uff0eｃｏｍ", "jo [ at ] example [ dot ] co [ dot ] uk",
        "jo dot public at mail dot example dot org", "jo@example dot org", "jo[@]example[.]org",
        "jo ( at ) example.org", "Jo Public <jo.public@example.org>", "jo~at~example.org",
        "jo\u24d0example.org", "jo@exämple.org", "jo\u00a0@\u00a0example.org", "o.public_99@example.io",
        "contact jo at example.org please", "jane(dot)doe(at)example(dot)com",
        "jane.doe(AT)example(DOT)com", "jane.doe (@) example.com", "jane.doe\uff20example.com",
        "<jane.doe@example.com>", "jane_doe@example-company.com", "jane.doe@例え.jp",
        "jane.doe at example . com", "jane-doe at example dot de", "jane[arroba]example.com",
        "j.doe+tag@example.com", '"jane"@example.com', "x@y.zz", "jane at sub dot example dot com",
        "jane_at_example_dot_com", "jane\u2060@\u2060example.com", "ja ne@example.com", "1234567@qq.com",
        "jane@example.org?subject=hi", "J.D.@example.org", "jane[at]example[point]fr", "jane.doe(at)gmail",
    ],
    "an IP address": [
        "192.0.2.17", "from 198.51.100.7:8080", "(203.0.113.9)", "10.0.0.200", "2001:db8::1",
        "[2001:db8:0:0:0:0:0:17]", "fe80::1ff:fe23:4567:890a", "192[.]0[.]2[.]1", "192(.)0(.)2(.)1",
        "192[dot]0[dot]2[dot]1", "192 . 0 . 2 . 1", "192 dot 0 dot 2 dot 1", "192.0.2.0/24", "8.8.8.8",
        "1.1.1.1:53", "23.1.5.19", "my ip is 12.3.4.5", "server 5.9.1.2", "ip: 2.2.2.2",
        "１９２\uff0e０\uff0e２\uff0e１", "192.0.2[.]1", "2001:DB8::8:800:200C:417A", "fe80::1234%eth0",
        "::ffff:192.0.2.128", "[2001:db8::1]:443", "2001:db8::/32", "64:ff9b::192.0.2.33", "ip-192-0-2-17",
        "192.0.2.1, and others", "地址192.0.2.1", "192.000.002.001",
        "2001:0db8:85a3:0000:0000:8a2e:0370:7334", "ssh root@192.0.2.4", "IP192.0.2.4", "http 192.0.2.4",
        "2001[:]db8[:]0[:]0[:]0[:]0[:]0[:]1", "2600::", "203.0.113.77", "203.0.113.0/28", "203.0[.]113.5",
        "2001:db8::ff00:42:8329", "fe80::abcd%en0", "1.2.3.200", "ip=203.0.113.5", "192.168.1.1",
        "2a00:1450:4001:81b::200e", "100.64.0.1",
    ],
    "a web address": [
        "https://example.org/x?id=7", "see www.example.org.", "HTTP://EXAMPLE.ORG", "ftp://example.org",
        "linkedin.com/in/jo-public", "github.com/jo", "www.example.org/jo", "example.org/people/jo",
        "t.me/jo", "x.com/jo", "hxxp://example[.]org", "hxxps://example.org", "@jo@mastodon.social",
        "jo.github.io", "example[.]org", "example.org:8080", "twitter.com/jo?s=20",
        "instagram.com/jo.public", "https : // example.org", "de.linkedin.com/in/jo",
        "facebook.com/jo.public", "http:example.org/jo", "www . example . org", "www dot example dot org",
        "github dot com slash jo", "youtu.be/AbCd123", "bit.ly/3xYz", "medium.com/@jo",
        "example\u3002org/jo", "ｗｗｗ\uff0eexample\uff0eorg", "GITHUB.COM/JO", "Github.com/Jo",
        "jo.bsky.social", "пример.рф/jo", "ssh://jo.example.org", "skype:jo.public", "@jo:matrix.org",
        "lnkd.in/e123", "example.co.uk/staff/jo", "jo.wordpress.com", "example(dot)org/jo",
        "http[:]//example.org", "vk.com/id1234", "discord.gg/abcd", "allegro.pl/jo",
        "hxxp[:]//example[.]org/x", "linkedin.com/in/janedoe", "uk.linkedin.com/in/janedoe", "t.me/janedoe",
        "facebook.com/janedoe", "youtube.com/@janedoe", "https[:]//example[.]com", "@jane@example.social",
        "example.de/jane?x=1", "bit.ly/abc", "http://例え.jp", "scholar.google.com/citations?user=abc",
        "huggingface.co/jane", "example.com:8443", "calendly.com/jane", "reddit.com/u/jane",
        "github[.]com/jane", "https://localhost:8080/x",
    ],
    "a telephone number": [
        "+49 30 1234567", "+1 (555) 010-0123", "+33612345678", "555-010-0123", "(555) 010-0123",
        "030/123 456 78", "01 23 45 67 89", "0151-23456789", "call 555.010.0123 now",
        "+1\u2011555\u2011010\u20110123", "01711234567", "4917112345678", "004917112345678", "5551234567",
        "0049 171 1234567", "0049-171-1234567", "00 49 (0)171 1234567", "+49 (0)171 1234567",
        "+49(0)30/1234567", "0171 1234567", "0171.1234567", "0171/1234567", "0171-123-4567",
        "0171 123 45 67", "(0171) 1234567", "(030) 123 456", "(0)30 1234567", "555\u00a0010\u00a00123",
        "555\u2009010\u20090123", "555\u202f010\u202f0123", "555–010–0123", "555—010—0123",
        "555\u2212010\u22120123", "555 010 0123", "555 010-0123", "1-555-010-0123", "1 555 010 0123",
        "15552345678", "555-0123", "555-010-0123 ext. 12", "555-010-0123 x12", "tel:+15550100123",
        "tel:555-0123", "Tel.: 12 34 56", "phone 5550123", "mobile 612345678", "\u260e 0171 1234567",
        "０１７１１２３４５６７", "٠١٧١١٢٣٤٥٦٧", "०१७११२३४५६७", "+४९ १७१ १२३४५६७", "+44 20 7946 0123",
        "020 7946 0123",
        "07700 900123", "+44 (0)7700 900 123", "98765 43210", "9876543210", "+91-98765-43210",
        "919876543210", "13812345678", "86 138 1234 5678", "+86 138-1234-5678", "(11) 91234-5678",
        "55 11 91234-5678", "+55 11 91234-5678", "06 12 34 56 78", "06.12.34.56.78", "06-12-34-56-78",
        "0612345678", "0033 6 12 34 56 78", "03-1234-5678", "02-123-4567", "010-1234-5678",
        "+7 (912) 345-67-89", "8 (912) 345-67-89", "89123456789", "0412 345 678", "+61 412 345 678",
        "416.555.0123", "whatsapp 15551234567", "WhatsApp:+1 555 010 0123", "电话01711234567",
        "电话\uff1a138 1234 5678", "тел. 8 912 345 67 89", "+1.555.010.0123", "(+49) 171 1234567",
        "++49 171 1234567", "+ 49 171 1234567", "0171_1234567", "0171\u00b7123\u00b74567",
        "0171 / 123 45 67", "0 30 / 12 34 56 78", "0171\u200b1234567", "0171 - 1234567", "jo, 0171 1234567",
        "Jo:01711234567", "00441632960123", "0044 1632 960123", "441632960123", "+441632960123",
        "my number is 5550123", "0 1 7 1 1 2 3 4 5 6 7",
        "0\ufe0f\u20e31\ufe0f\u20e37\ufe0f\u20e31\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e36\ufe0f\u20e37\ufe0f\u20e3",
        "3331234567", "+39 333 123 4567", "34612345678", "0034 612 345 678", "+34 612 34 56 78",
        "call me on 612 345 678", "212-555-0123", "+1-212-555-0123;ext=12", "1 (212) 555-0123",
        "1.212.555.0123", "447700900123", "phone: 555 0123", "+1 202 555 0143", "202.555.0143",
        "+12025550143", "202/555-0143", "001 202 555 0143", "07700900123", "(+44) 7700 900123",
        "020 7946 0958", "+49 (0) 30 23125 123", "030-23125123", "01 99 00 12 34", "+33 6 39 98 12 34",
        "+34 600 123 456", "06-12345678", "0470/12 34 56", "+43 664 1234567", "+48 512 345 678",
        "8 (495) 123-45-67", "+380 44 123 4567", "05321234567", "09876543210", "139-1234-5678",
        "+81 90-1234-5678", "+82 10-1234-5678", "+61 491 570 156", "(02) 5550 1234", "+55 (11) 98765-4321",
        "+52 55 1234 5678", "+27 82 123 4567", "0803 123 4567", "+254 712 345678", "254712345678",
        "201012345678", "0501234567", "+972 50-123-4567", "0812-3456-7890", "+63 917 123 4567",
        "+852 9123 4567", "070-1234567", "+358 40 123 4567", "Tel 912345678", "\u260e\ufe0f 202-555-0143",
        "Mobile - 07700 900 123", "202–555–0143", "+1 202 555 0143 x99", "+１ ２０２ ５５５ ０１４３",
        "۰۹۱۲۳۴۵۶۷۸۹",
        "०९८७६५४३२१०", "[+49] 171 1234567", "+4 9 1 7 1 1 2 3 4 5 6 7", "whatsapp +49171 1234567",
        "1 (202) 555 0143", "202-5550143",
    ],
    "an IBAN": [
        "DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "GB82 WEST 1234 5698 7654 32",
        "gb82west12345698765432", "IBAN: FR1420041010050500013M02606", "IBAN DE89-3704-0044-0532-0130-00",
        "NL91ABNA0417164300", "CH93 0076 2011 6238 5295 7", "NO93 8601 1117 947",
        "MT84MALT011000012345MTLCAST001S", "BE68 5390 0754 7034", "ＤＥ89 3704 0044 0532 0130 00",
        "DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000", "ES91 2100 0418 4502 0005 1332",
        "pay to AT611904300234573201 please", "DE75512108001245126199", "IT60X0542811101000000123456",
        "AT483200000012345864", "TR32 0010 0099 9990 1234 5678 90", "BR1500000000000010932840814P2",
    ],
    "a card number": [
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444",
        "378282246310005", "3782 822463 10005", "6011111111111117", "3530111333300000", "30569309025904",
        "4222222222222", "2223003122003222", "6200000000000005", "4111.1111.1111.1111",
        "card 4012 8888 8888 1881 please", "４１１１ １１１１ １１１１ １１１１", "5105105105105100",
        "6011 0009 9013 9424",
        "4242424242424242", "371449635398431", "3566002020360505", "4000 0566 5566 5556",
        "2223000048400011",
    ],
    "an ORCID iD": [
        "0000-0002-1825-0097", "0000000218250097", "ORCID 0000-0001-5109-3700", "0000 0002 1694 233X",
        "0000-0002-1694-233x", "0000–0002–1825–0097", "0000-0001-5000-0007",
    ],
}  # fmt: skip
COUNTED = {
    "an e-mail address": 98,
    "an IP address": 47,
    "a web address": 63,
    "a telephone number": 168,
    "an IBAN": 20,
    "a card number": 22,
    "an ORCID iD": 7,
}
HARMLESS = [
    "3.11", "1.2.3.4", "Python 3.12.4", "11.2.0.4", "v10.0.19045.3803", "120.0.6099.109", "4.18.0-305",
    "2025-03-12", "12.03.2025", "2025.03.12.001", "3/12/2025 to 4/18/2025", "2025-03-03 - 2025-04-18",
    "10:15:30", "2025-03-12T10:15:30", "1,000–9,999", "10-49", "10000-49999", "250 000 000 000",
    "1.000.000.000", "1 000 000 to 9 999 999", "2018 2020 2024", "1 2 3 4 5 6 7 8 9 10", "12.5% of 33.3%",
    "\u22120.00935022193651", "+5 to +10 points", "+12.5",
    "d838ee8a7e85f2445144ad757b73301d83ee0c47adc3ed24d594420163ac0a86",
    "123e4567-e89b-12d3-a456-426614174000", "d6ee6adf-0f10-853f-0726-039968756749",
    "00:1B:44:11:3A:B7", "01:23:45:67:89:ab:cd:ef", "114725394",
    "90000012345678", "R_3kD8000123456789", "Q12-34-56", "10.1145/3313831.3376717", "https",
    "doi:10.5281/zenodo.1234567", "978-3-16-148410-0", "std::vector", "a::b", "@mention", "node.js",
    "linuxfoundation.org", "C++17", "e.g. and/or", "n = 1 234 567 890", "1990-1999", "2000–2009, 2010–2019",
    "1999/2000", "3.11.4", "scikit-learn 1.5", "numpy==1.26.4", "Oracle 19.3.0.0", "CUDA 12.4.1.003",
    "version 2.14.1.7", "Chrome 91.0.4472.124", "ISBN 9783161484100", "ISBN 0-306-40615-2", "9783161484100",
    "ISSN 0378-5955", "\u20ac 1.250.000,00", "1 250 000", "$1,250,000.00", "CHF 1'250'000",
    "12.500.000 EUR", "Rs 12,34,56,789", "500000000", "1234567890", "id 5551234567", "order no. 4500012345",
    "#114725394", "1700000000", "1700000000000", "20250312101530", "202503121015", "20250312",
    "12 03 2025 10 15", "12/03/25", "12.3.25 10.15", "2025 03 12 10 15 30",
    "Mon, 12 Mar 2025 10:15:30 +0100", "10.15-11.45", "08.30 - 12.00, 13.00 - 17.00", "16:9", "3:1:2",
    "1 (not at all) to 5 (very much)", "0 1 2 3 4 5 6 7 8 9 10", "we look at cost at dot com time",
    "we met at the dot com bubble", "at that point in time", "look at this", "dot", "model.bin",
    "README.md", "setup.py/pyproject.toml", "README.md/CONTRIBUTING.md", "src/main.py", "std::vector<int>",
    "a@b", "@property", "@app.route('/x')", "the @app.route decorator", "@pytest.mark.parametrize",
    "asp.net", "ASP.NET/C#", "Node.js/TypeScript", "Vue.js/React", "@angular/core", "@types/node",
    "lodash@4.17.21", "numpy@1.26", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "9e107d9d372bb6826bd81d3542a419d6", "1 234 567 890 tokens", "5551234567 tokens",
    "8000000000 parameters", "100000000000", "SW1A 1AA", "10115 Berlin", "12345-6789", "\u3012100-0001",
    "CEP 01310-100", "arXiv:2401.12345", "2401.12345v2", "arXiv:0704.0001", "PMID 31452104", "B.Sc/M.Sc",
    "TensorFlow/PyTorch", "TCP/IP", "Booking.com/Expedia", "H2O.ai/DataRobot", "10 20 30 40 50",
    "18 25 35 45 55 65", "100-249 250-999", "1024 2048 4096", "256 512 1024 2048", "52.5200 13.4050",
    "52.520008, 13.404954", "3.14159265358979", "2147483648", "4294967295", "0.123456789",
    "01.02.2025 - 03.04.2025", "9999999999", "000-000-0000", "0110 1001 0110", "1e10", "0xdeadbeef",
    "ns::sub::name1", "ISO 27001:2022", "RFC 2119", "CVE-2024-12345", "I work at example.org",
    "see it at github.com", "we work at linuxfoundation.org", "GPT-4 at OpenAI", "llama3 at 70b",
    "50-249 employees (about 100)", "12 (34%) of 5678", "1234 (5678)", "p < 0.001", "95% CI 1.234-5.678",
    "x86_64", "i7-12700K", "RTX 4090 24 GB", "Q1 2025/Q2 2025", "24/7", "9-5", "1/2 3/4", "GPT-3.5/GPT-4",
    "Llama 3.1 405B", "$20/month", "2x 80 GB", "e-mail", "telephone", "phone and e-mail support",
    "call for papers 2025", "IP address", "web address", "http", "50 / 50", "5-10 years",
    "1-9, 10-49, 50-249, 250-999", "less than 1 000, 1 000 to 9 999, 10 000 or more", "1000-4999 5000-9999",
    "Python 2.7/3.6/3.7/3.8", "v1.2.3-rc.4", "10.0.0", "2.0.0.1", "section 4.12.13.14", "ip", "U.S./EU",
    "etc./other", "Inc./Ltd.", "e.g./i.e.", "great.We use it", "C:\\models\\x.bin", "/usr/local/bin",
    "~/.cache/hf", "a.b.c", "foo.bar()", "np.array/pd.Series", "obj.method/attr", "torch.nn.Module",
    "org.apache.spark/core", "2024Q1-2025Q4", "GMT+01:00", "UTC+5:30", "12h30-14h00", "4006381333931",
    "036000291452", "A4 210 x 297", "1920 x 1080", "3840x2160", "10 000 000 – 50 000 000", "1.234.567 rows",
    "12345678 rows", "(1) first (2) second (3) third", "(a) open (b) closed", "1) 2) 3)", "7 of 10",
    "2,5 Mio.", "approx. 15-20", "0-4, 5-9, 10-14, 15-19", "MIT/Apache-2.0", "GPL-2.0/GPL-3.0", "CC BY 4.0",
    "k=5, n=100", "T4 16 GB", "M2 Max 64", "P100 16 32 64", "25 50 75 100", "phone models 12 13 14",
    "ISO 8601", "00123", "0012345678", "no. 12345678", "since 2015-2016", "FY2024/25",
    "Windows 10.0.22631.3007", "PyTorch 2.1.0+cu121", "ISBN 978-0-306-40615-7", "10.1109/5.771073",
    "\u00a32.500.000", "about 250.000.000", "Ref. 2024-000123", "15.01.2024 14:30", "14:30-15:30",
    "1:1000000", "1 = never, 2 = rarely", "at least 10", "dot net", "model.safetensors", "requirements.txt",
    "pandas>=2.0,<3", "x@y", "@click.option('--n')", "np.dot(a, b) @ c", "asp.net core", "Three.js/WebGL",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "1500000 users", "EC1A 1BB",
    "90210-1234", "arXiv 2303.08774", "Section 3.2.1.4", "16-bit", "24x7", "0.05", "(n=1200)", "2/3",
    "GPT-4o/Claude 3.5", "CUDA 11.8/12.1", "Meta/Facebook", "huggingface.co", "python.org and numpy.org",
    "hosted at example.org", "1–9 / 10–49 / 50–249", "5,000 - 9,999", "30-39 40-49 50-59",
    "100 000 – 500 000", "128 256 512", "48.8566, 2.3522", "1731024000123", "98.6", "A-12-34",
    "PRJ-2024-001", "007", "v2", "12(3):123-145", "CVE-2021-44228", "802.11", "401(k)", "e.g./etc.", "km/h",
    "Mr./Ms.", "index.html/main.css", "df.groupby('a').mean()", "x.y.z", "pkg@latest",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "forms"), COUNTED.items())
def test_what_reaches_a_person_is_found_in_every_written_form(kind: str, forms: int) -> None:
    assert len(FOUND[kind]) == len(set(FOUND[kind])) == forms
    for form in FOUND[kind]:
        for text in (form, f"Other: {form}"):
            leaks, _ = scan([("here", text)], ())
            assert [(leak.place, leak.kind) for leak in leaks] == [("here", kind)], (text, leaks)
            assert len(leaks[0].masked) == 3


def test_what_only_looks_like_it_is_not_found() -> None:
    assert len(set(HARMLESS)) == len(HARMLESS) == 301
    wrong = {
        text: leaks
        for harmless in HARMLESS
        for text in (harmless, f"{harmless}, {harmless}", f"Other: {harmless}")
        if (leaks := scan([("here", text)], ())[0])
    }
    assert wrong == {}


def test_the_documents_name_every_kind_that_is_looked_for_and_no_other() -> None:
    assert set(FOUND) == set(KINDS)
    for name in ("SECURITY.md", "docs/privacy.md"):
        (listed,) = re.findall(r"The scan looks for: (.*?)\.\s", (ROOT / name).read_text(), re.DOTALL)
        named = [one.split(" (")[0] for one in re.split(r";\s+(?![^(]*\))", " ".join(listed.split()))]
        assert named == list(KINDS), name


def test_two_in_one_text_are_two() -> None:
    for text in (
        "jo@example.org;ann@example.org", "192.0.2.1,192.0.2.2", "0171 1234567/0172 7654321",
        "+49 171 1234567 / +49 172 7654321", "jo@example.org, 0171 1234567",
    ):  # fmt: skip
        assert len(scan([("here", text)], ())[0]) == 2, text


def test_a_very_long_text_takes_no_longer_than_its_length() -> None:
    parts = [
        "a",
        "a.",
        "1 ",
        "1.",
        "a@",
        "f:",
        "0-",
        "+1",
        "(",
        "www.",
        "a at ",
        "[at]",
        "0171 ",
        "x dot ",
        "é",
    ]
    for part in parts:
        started = time.process_time()
        scan([("here", part * 20_000)], ())
        assert time.process_time() - started < 5, part


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("jo@example.org", ["jo@example.org"]),
        ("*.example.org", ["jo@example.org", "https://www.example.org/jo", "jo@mail.example.org"]),
        ("+49 30 1234567", ["+49 30 1234567"]),
        ("https://www.example.org/jo/and/more", ["https://www.example.org/jo"]),
        ("https://www.example.org/jo", ["https://www.example.org/jo"]),
    ],
)
def test_a_line_allows_what_it_says_and_no_more(line: str, allowed: list[str]) -> None:
    texts = [
        *["jo@example.org", "https://www.example.org/jo", "jo@mail.example.org", "+49 30 1234567"],
        *["jo@example.organic", "https://example.org@example.com/", "https://notexample.org"],
    ]
    leaks, used = scan([("here", text) for text in texts], [line])
    assert [text for text in texts if text not in {leak.text for leak in leaks}] == allowed
    assert used == {line}


ADDRESSES = ("jo@example.org", "192.0.2.17", "+49 30 1234567")
PAGE = "https://example.com/jo"


def stage_tables(paths: Paths) -> None:
    run_to(paths, tables)


def test_addresses_in_a_label_stop_the_tables(toy: Paths, toy_done: Paths) -> None:
    shutil.copytree(toy_done.outputs, toy.outputs)
    kept = digest(toy.tables)
    label = f"Models by {'; '.join(ADDRESSES)}"
    path = toy.raw / "survey.toml"
    path.write_text(path.read_text().replace('"Models"', f'"{label}"'))
    title = toy.raw / "first.toml"
    title.write_text(title.read_text().replace("First Toy Survey", f"First Toy Survey, {PAGE}"))
    answers = '[answers.uses]\n"Models" = "models"\n'
    for name in ("first.toml", "second.toml"):
        wave = toy.raw / name
        wave.write_text(f"{wave.read_text()}\n{answers}")
    with pytest.raises(SurveyError) as told:
        stage_tables(toy)
    said = str(told.value)
    assert len(told.value.problems) == len(ADDRESSES) + 1
    assert PAGE not in said
    assert re.search(r"tables/\w+\.csv: row \d+, column \w+: a web address \(ht…", said)
    for address in ADDRESSES:
        assert address not in said
        assert re.search(
            r"^outputs/toy/tables/frequencies/uses\.csv: row \d+, column option_label: "
            rf"an? [-\w ]+ \({re.escape(address[:2])}…, and in \d+ other places\) would be published\. ",
            said,
            re.MULTILINE,
        ), said
    assert digest(toy.tables) == kept
    path.write_text(f"{path.read_text()}\n[privacy]\nallow = {[*ADDRESSES, PAGE]}\n")
    stage_tables(toy)
    assert digest(toy.tables) != kept


def test_what_declarations_credit_needs_no_line(toy: Paths) -> None:
    path = toy.raw / "second.toml"
    credit = 'licence = "CC0, https://example.org/cc0"\ncitation = "The Others, https://example.org/data"'
    path.write_text(path.read_text().replace('format = "surveymonkey"', f'format = "surveymonkey"\n{credit}'))
    survey = toy.raw / "survey.toml"
    asked = "Do you agree with https://example.org/a/long/address/of/theses?"
    survey.write_text(survey.read_text().replace("Do you agree?", asked))
    first, second = toy.raw / "first.toml", toy.raw / "second.toml"
    first.write_text(first.read_text().replace("[columns]", '[columns]\nviews = "Do you agree?"'))
    second.write_text(f'{second.read_text()}\n[columns]\nviews = "Do you agree?"\n')
    stage_tables(toy)
    words = (toy.tables / "exhibits.csv").read_text()
    assert "https://example.org/data" in words
    assert asked in words


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            '["jo@example.org"]',
            r"toy/survey\.toml:54: allow: 'jo@example.org' allowed nothing; delete it",
        ),
        ('["*"]', r"raw/toy/survey\.toml:54: privacy\.allow: '\*' allows too much"),
        ('["*.org"]', r"raw/toy/survey\.toml:54: privacy\.allow: '\*\.org' allows too much"),
        ('["a@b.example", "a@b.example"]', r":54: privacy\.allow: 'a@b.example' is listed twice"),
    ],
)
def test_a_line_that_allows_nothing_or_too_much(lines: str, said: str, toy: Paths) -> None:
    path = toy.raw / "survey.toml"
    path.write_text(f"{path.read_text()}\n[privacy]\nallow = {lines}\n")
    line = len(path.read_text().splitlines())
    with pytest.raises(SurveyError, match=said.replace(":54:", f":{line}:")):
        stage_tables(toy)
