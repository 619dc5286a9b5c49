"""Tokens that tell themselves apart: a fixed prefix, an alphabet, a length.

Each shape is looked for by its literal (`str.find`, gigabytes a second), and the pattern runs only
where that stands. Lengths are lower bounds well under the real ones, so that a token cut short is
still taken; vendors lengthen them too. Sources, as of 2026:

- GitHub: https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
  (`ghs_` tokens hold a JWT since 2026); npm: https://docs.npmjs.com/about-access-tokens
- GitLab: https://docs.gitlab.com/security/tokens/#token-prefixes
- AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
- Google: https://cloud.google.com/docs/authentication/api-keys; Azure: https://learn.microsoft.com/purview/sit-defn-all-creds
- Slack: https://docs.slack.dev/authentication/tokens; Stripe: https://docs.stripe.com/keys
- PyPI: https://pypi.org/help/#apitoken; JWT: RFC 7519; DigitalOcean, Docker, SendGrid, Twilio, Hugging Face,
  Anthropic, OpenAI and the rest: the pages of GitHub's and GitLab's secret scanning that list them,
  https://docs.github.com/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from ...patterns import pattern
from ..line_wraps import EDGES, join_from, looks_cut
from ..spans import Span
from ..text_index import TextIndex

_LINES = (3, 64)  # that one token may go over: few are looked at first
_SHORT = 12  # characters of each on average: no token is wrapped so narrowly
_MARGIN = 120  # columns of indentation and edges at most
_ALONE = "(?<![A-Za-z0-9])"  # for literals that may be the end of a word

T = TypeVar("T")


class Shape(NamedTuple):
    kind: str
    literals: tuple[str, ...]
    pattern: re.Pattern[str]  # matched where the literal stands; a group narrows it to the secret
    before: int  # characters of the token in front of the literal
    whole: int  # its length as the vendor makes it; a shorter one at a line's end goes on in the next
    closed: bool  # nothing may follow it, so it may have to be looked for within fewer lines


def _shape(kind: str, literals: str, expression: str, before: int = 0, whole: int = 0) -> Shape:
    closed = "(?!" in expression
    return Shape(kind, tuple(literals.split()), pattern(expression, re.ASCII), before, whole, closed)


SHAPES = (
    _shape(
        "github-token",
        "ghp_ gho_ ghu_ ghs_ ghr_",
        r"gh(?:s_[A-Za-z0-9._-]{16,}|[a-z]_[A-Za-z0-9]{16,})",
        whole=40,
    ),
    _shape("github-token", "github_pat_", r"github_pat_\w{20,}", whole=93),
    _shape(
        "gitlab-token",
        "glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glimt- glagent- gloas- glffct- glwt-",
        r"gl[a-z]+-[\w.=-]{16,}",
        whole=25,
    ),
    _shape("gitlab-token", "GR1348941", r"GR1348941[\w-]{16,}"),
    _shape("aws-access-key", "AKIA ASIA ABIA ACCA", _ALONE + r"A[A-Z]{3}[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _shape("aws-session-token", "IQoJb3JpZ2lu FwoGZXIvYXdz FQoGZXIvYXdz AQoDYXdz", r"[A-Za-z0-9+/=%]{60,}"),
    _shape("aws-api-key", "ABSK", _ALONE + r"ABSK[A-Za-z0-9+/]{60,}={0,2}"),
    _shape("google-api-key", "AIza", r"AIza[\w-]{30,}", whole=39),
    _shape("google-oauth-token", "ya29.", r"ya29\.[\w.-]{20,}"),
    _shape("google-oauth-secret", "GOCSPX-", r"GOCSPX-[\w-]{20,}", whole=35),
    _shape("google-oauth-token", "1//0", _ALONE + r"1//0[\w-]{30,}"),
    _shape("azure-client-secret", "Q~", r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{30,}", before=4, whole=40),
    _shape(
        "azure-key", "+ASt +AMC +ABa ACDb APIM", r"[A-Za-z0-9+/]{76}\S{4}[A-Za-z0-9+/]{5}[AQgw]==", before=76
    ),
    _shape("azure-devops-token", "AZDO", r"(?<![A-Za-z0-9])[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}", before=76),
    _shape(
        "slack-token",
        "xoxa- xoxb- xoxc- xoxd- xoxe- xoxe. xoxo- xoxp- xoxr- xoxs-",
        r"xox[a-z][-.][\w.%-]{10,}",
    ),
    _shape("slack-token", "xapp-", _ALONE + r"xapp-\d-[\w-]{10,}"),
    _shape(
        "slack-webhook",
        "hooks.slack.com/services/ hooks.slack-gov.com/services/",
        r"hooks[\w.-]+/services/(T\w{6,}/B\w{6,}/\w{20,})",
    ),
    _shape(
        "slack-webhook",
        "hooks.slack.com/workflows/ hooks.slack.com/triggers/",
        r"hooks[\w.-]+/(?:workflows|triggers)/([\w/+-]{30,})",
    ),
    _shape("discord-webhook", "/api/webhooks/", r"/api/webhooks/(\d{10,}/[\w-]{20,})"),
    _shape("teams-webhook", "webhook.office.com/", r"webhook\.office\.com/(\w+/[\w@/.-]{30,})"),
    _shape("telegram-token", ":AA", r"(?<=\d{8}):AA([\w-]{30,})"),
    _shape(
        "stripe-key",
        "sk_live_ sk_test_ rk_live_ rk_test_ sk_org_",
        r"[sr]k_[a-z]+_[A-Za-z0-9_]{12,}",
        whole=32,
    ),
    _shape("stripe-key", "whsec_", r"whsec_[A-Za-z0-9+/=]{16,}"),
    _shape("npm-token", "npm_", r"npm_[A-Za-z0-9]{24,}", whole=40),
    _shape("pypi-token", "pypi-AgE", r"pypi-AgE[\w-]{30,}", whole=120),
    _shape("rubygems-token", "rubygems_", r"rubygems_[a-f0-9]{32,}", whole=57),
    _shape("crates-token", "cio", _ALONE + r"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    _shape("nuget-key", "oy2", _ALONE + r"oy2[a-z0-9]{43}(?![A-Za-z0-9])"),
    _shape("clojars-token", "CLOJARS_", r"CLOJARS_[a-z0-9]{40,}"),
    _shape("docker-token", "dckr_pat_ dckr_oat_", r"dckr_[a-z]+_[\w-]{16,}", whole=36),
    _shape("anthropic-key", "sk-ant-", r"sk-ant-[\w-]{12,}", whole=90),
    _shape("openai-key", "sk-proj- sk-svcacct- sk-admin- sk-None-", r"sk-[A-Za-z]+-[\w-]{20,}", whole=80),
    _shape("openai-key", "sk-", _ALONE + r"sk-[\w-]{10,200}T3BlbkFJ[\w-]{10,}"),
    _shape("api-key", "sk-", _ALONE + r"sk-(?:or-v1-)?(?=[A-Za-z]{0,32}\d)[A-Za-z0-9]{20,}(?![\w-])"),
    _shape(
        "hugging-face-token",
        "hf_ api_org_",
        _ALONE + r"(?:hf|api_org)_[A-Za-z0-9]{30,}(?![A-Za-z0-9_])",
        whole=37,
    ),
    _shape("groq-key", "gsk_", _ALONE + r"gsk_[A-Za-z0-9]{40,}"),
    _shape("xai-key", "xai-", _ALONE + r"xai-[A-Za-z0-9]{60,}"),
    _shape("perplexity-key", "pplx-", _ALONE + r"pplx-[A-Za-z0-9]{40,}"),
    _shape("replicate-token", "r8_", _ALONE + r"r8_[A-Za-z0-9]{30,}"),
    _shape("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", r"do[a-z]_v1_[a-f0-9]{32,}", whole=71),
    _shape("twilio-key", "SK", _ALONE + r"SK[a-f0-9]{32}(?![A-Za-z0-9])"),
    _shape("sendgrid-key", "SG.", _ALONE + r"SG\.[\w-]{16,64}\.[\w-]{30,}"),
    _shape("mailgun-key", "key-", _ALONE + r"key-[a-f0-9]{32}(?![A-Za-z0-9])"),
    _shape("mailchimp-key", "-us", r"(?<![A-Za-z0-9])[a-f0-9]{32}-us\d{1,2}(?!\w)", before=32),
    _shape("databricks-token", "dapi", _ALONE + r"dapi[a-f0-9]{32}(?:-\d)?"),
    _shape("vault-token", "hvs. hvb. hvr.", _ALONE + r"hv[a-z]\.[\w-]{20,}", whole=95),
    _shape(
        "terraform-token", ".atlasv1.", r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}", before=14
    ),
    _shape("pulumi-token", "pul-", _ALONE + r"pul-[a-f0-9]{40}"),
    _shape("grafana-token", "glsa_ glc_", _ALONE + r"gl(?:sa|c)_[A-Za-z0-9_+/=]{30,}", whole=46),
    _shape("newrelic-key", "NRAK- NRII- NRJS-", r"NR[A-Z]{2}-[A-Za-z0-9_-]{16,}"),
    _shape("sentry-token", "sntrys_ sntryu_", r"sntry[su]_[A-Za-z0-9+/=_]{40,}", whole=100),
    _shape("linear-key", "lin_api_ lin_oauth_", r"lin_[a-z]+_[A-Za-z0-9]{30,}", whole=48),
    _shape("notion-token", "ntn_", _ALONE + r"ntn_[A-Za-z0-9]{40,}"),
    _shape("figma-token", "figd_ figo_", r"fig[a-z]_[\w-]{30,}", whole=40),
    _shape("airtable-token", "pat", _ALONE + r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    _shape("shopify-token", "shpat_ shpss_ shpca_ shppa_", r"shp[a-z]{2}_[a-fA-F0-9]{32}"),
    _shape("square-token", "sq0atp- sq0csp- sq0idp-", r"sq0[a-z]{3}-[\w-]{22,}", whole=29),
    _shape(
        "atlassian-token",
        "ATATT3 ATCTT3 ATBB ATSTT3",
        _ALONE + r"AT(?:[A-Z]+3|BB)[A-Za-z0-9_=-]{28,}",
        whole=180,
    ),
    _shape("postman-key", "PMAK-", r"PMAK-[a-f0-9]{24}-[a-f0-9]{30,}"),
    _shape("doppler-token", "dp.pt. dp.st. dp.sa. dp.ct.", _ALONE + r"dp\.[a-z]{2}\.[\w.-]{30,}", whole=50),
    _shape("supabase-key", "sbp_ sb_secret_", _ALONE + r"sb(?:p|_secret)_[\w-]{20,}"),
    _shape("planetscale-token", "pscale_", r"pscale_[a-z]+_[\w.=-]{30,}"),
    _shape("fly-token", "FlyV1 fm1r_ fm2_ fo1_", r"(?:FlyV1 )?f(?:m1[ar]|m2|o1)_[\w+/=,-]{30,}"),
    _shape("heroku-key", "HRKU-", r"HRKU-[\w-]{30,}"),
    _shape("netlify-token", "nfp_ nfc_ nfo_", _ALONE + r"nf[a-z]_[A-Za-z0-9]{30,}"),
    _shape("buildkite-token", "bkua_ bkaj_ bkct_", _ALONE + r"bk[a-z]{2}_[a-f0-9]{30,}"),
    _shape("circleci-token", "CCIPAT_ CCIPRJ_", r"CCI[A-Z]+_[\w-]{20,}", whole=60),
    _shape("sonar-token", "squ_ sqp_ sqa_", _ALONE + r"sq[a-z]_[a-f0-9]{40}"),
    _shape("artifactory-token", "AKCp cmVmdGtu", _ALONE + r"(?:AKCp|cmVmdGtu)[A-Za-z0-9]{50,}"),
    _shape("tailscale-key", "tskey-", r"tskey-[a-z]+-[A-Za-z0-9-]{16,}"),
    _shape("alibaba-key", "LTAI", _ALONE + r"LTAI[A-Za-z0-9]{16,26}(?![A-Za-z0-9])"),
    _shape("age-key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-[A-Z0-9-]{40,}"),
    _shape("mapbox-token", "sk.eyJ", _ALONE + r"sk\.eyJ[\w-]{20,}\.[\w-]{16,}"),
    _shape("dropbox-token", "sl.", _ALONE + r"sl\.(?:u\.)?[A-Za-z0-9_-]{100,}"),
    _shape("square-token", "EAAA", _ALONE + r"EAAA[\w-]{50,}"),
    _shape("facebook-token", "EAACEdEose0cBA EAAG", _ALONE + r"EAA[A-Za-z0-9]{60,}"),
    _shape("brevo-key", "xkeysib-", r"xkeysib-[a-f0-9]{32,}[\w-]*", whole=89),
    _shape("nvidia-key", "nvapi-", r"nvapi-(?=[A-Za-z_-]{0,32}\d)[\w-]{40,}", whole=70),
    _shape("pinecone-key", "pcsk_", _ALONE + r"pcsk_(?=[A-Za-z_]{0,32}\d)\w{40,}"),
    _shape("langsmith-key", "lsv2_", _ALONE + r"lsv2_[a-z]{2}_\w{32,}", whole=51),
    _shape("tavily-key", "tvly-", _ALONE + r"tvly-(?=[A-Za-z_-]{0,36}\d)[\w-]{24,}"),
    _shape("resend-key", "re_", _ALONE + r"re_(?=[A-Za-z_]{0,32}\d)[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}"),
    _shape("posthog-key", "phx_", _ALONE + r"phx_[A-Za-z0-9]{40,}"),
    _shape("prefect-key", "pnu_ pnb_", _ALONE + r"pn[ub]_[A-Za-z0-9]{30,}", whole=40),
    _shape("dynatrace-token", "dt0c01. dt0s16.", r"dt0[a-z]\d\d\.[A-Z0-9]{8,24}\.[A-Z0-9]{50,}", whole=96),
    _shape("octopus-key", "API-", _ALONE + r"API-(?=[A-Z]{0,20}\d)[A-Z0-9]{25,32}(?![A-Za-z0-9])"),
    _shape("openshift-token", "sha256~", _ALONE + r"sha256~[\w-]{43}(?![\w-])"),
    _shape("docker-swarm-token", "SWMTKN-1-", r"SWMTKN-1-[a-z0-9]{40,}-[a-z0-9]{20,}", whole=85),
    _shape("1password-token", "ops_eyJ", _ALONE + r"ops_eyJ[A-Za-z0-9+/_=-]{60,}"),
    _shape("infracost-key", "ico-", _ALONE + r"ico-(?=[a-z0-9]{0,31}[A-Z])[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    _shape("notion-token", "secret_", _ALONE + r"secret_[A-Za-z0-9]{43}(?![A-Za-z0-9])"),
    _shape("jwt", "eyJ", r"(?<![\w-])eyJ[\w-]{8,4096}(?:\.[\w-]{0,8192}){2,4}"),
    _shape("jwt", "eyJ", r"(?<![\w-])eyJ[\w-]{8,4096}\.eyJ[\w-]{4,}"),
)


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    """The second ones by the first."""
    found: dict[str, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


_BY_LITERAL = _grouped((literal, shape) for shape in SHAPES for literal in shape.literals)
# Each proper beginning of a literal and what the literal goes on with; the beginnings by last character.
_BEGINNINGS = _grouped(
    (literal[:length], literal[length:]) for literal in _BY_LITERAL for length in range(1, len(literal))
)
_ENDINGS = _grouped((beginning[-1], beginning) for beginning in _BEGINNINGS)


def find(index: TextIndex) -> Iterator[Span]:
    """The tokens in `text` that have a shape of their own, also where they go over line breaks."""
    for literal, candidates in _BY_LITERAL.items():
        for shape in candidates:
            done = 0
            for position in index.find(literal):
                if position >= done:
                    for span in _token(index.text, position, shape):
                        done = max(done, span.end)
                        yield span
    yield from _split_literals(index.text)


def _token(text: str, position: int, shape: Shape) -> Iterator[Span]:
    start = max(0, position - shape.before)
    match = shape.pattern.match(text, start)
    if match:
        yield Span(*match.span(match.lastindex or 0), shape.kind)
    if join_from(text, match.end() if match else position, 1):
        yield from _over_lines(text, start, shape)
    before = text[start:position].split("\n")[-1].lstrip(EDGES)
    line_start = _rstripped(text, position - len(before))
    if len(before) < shape.before and text[line_start - 1 : line_start] == "\n":
        # the break is in front of the literal, within the token
        above = _rstripped(text, line_start - 1)
        yield from _over_lines(text, max(0, above - shape.before + len(before)), shape)


def _rstripped(text: str, end: int) -> int:
    """Where `text` up to `end` ends without indentation or a box's edges."""
    start = max(0, end - _MARGIN)
    return start + len(text[start:end].rstrip(EDGES))


def _over_lines(text: str, start: int, shape: Shape) -> Iterator[Span]:
    """The token that begins at `start` and goes on in the next lines."""
    match = None
    for lines in _LINES:
        joined = join_from(text, start, lines)
        if not joined:
            return
        view, gaps = joined
        read = view.text
        ends = [view.length, *(gap.position for gap in gaps[1:] if shape.closed)]
        match = next(filter(None, (shape.pattern.match(read, 0, end) for end in ends)), None)
        # none begins here: too little was joined, or a blank stands in it
        none = not match and (view.length < lines * _SHORT or " " in read[: gaps[-1].position])
        if len(gaps) < lines or none or (match and match.end() <= gaps[-1].position):
            break
    if not match:
        return
    first, end = match.span(match.lastindex or 0)
    for gap in gaps:
        place = gap.position
        if place >= end:
            break
        # whole already, and nothing says that the line was cut: it ends there
        whole = place - first >= shape.whole and shape.pattern.fullmatch(read, 0, place)
        if first < place and whole and not looks_cut(text, gap):
            end = place
    yield from view.original(Span(first, end, shape.kind))


def _split_literals(text: str) -> Iterator[Span]:
    """Tokens whose very literal is cut by a line break."""
    line_end = text.find("\n")
    while line_end >= 0:
        end = line_end
        while end and text[end - 1] in EDGES:
            end -= 1
        endings = _ENDINGS.get(text[end - 1]) if end else None
        if endings and text.endswith(endings, 0, end):
            following = text[line_end + 1 : line_end + 80].lstrip(EDGES)
            for ending in endings:
                if text.endswith(ending, 0, end) and following.startswith(_BEGINNINGS[ending]):
                    for literal in _BEGINNINGS[ending]:
                        for shape in _BY_LITERAL[ending + literal] if following.startswith(literal) else ():
                            yield from _over_lines(text, max(0, end - len(ending) - shape.before), shape)
        line_end = text.find("\n", line_end + 1)
