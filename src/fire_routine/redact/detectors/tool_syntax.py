"""Secrets in the syntax of one tool or format: `docker login -p …`, `IDENTIFIED BY …`, `<password>…`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...patterns import pattern
from ..heuristics import is_placeholder, is_sentence, looks_generated
from ..spans import Span
from ..text_index import Literals, TextIndex

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_STRING = r"\"((?:[^\"\\\n]|\\.){1,4096}+)"
_WORD = r"[ \t]{0,4}[\"']?([^\s\"']{1,1024})"  # after a blank, or joined to the flag
_NEXT_WORD = r"[ \t]{1,4}[\"']?([^\s\"']{1,1024})"  # after a blank
_ASSIGNED_WORD = r"[ \t=]{1,4}[\"']?([^\s\"']{1,1024})"  # after a blank or `=`
_BETWEEN = r"(?:[^\n \t]{0,400}+[ \t]{1,8}+){1,80}?"  # arguments, long ones too
_BLANK = pattern(r"\s|\Z")
_ARGUMENT = r"[ \t]{1,4}\S{1,200}"
_NAME = r"(?:passw(?:or)?d|passwd|passphrase|secret|token|(?:api|access|private)[-_.]?key)"
_USER = r"[^\s:=\"']{1,64}:(?!//)([^\s\"'@]{3,256})"
_IS = r"\\*[\"']?[ \t]{0,4}[:=][ \t]{0,24}\\*[\"']?"  # tables have wide gaps
_DEMAND = pattern(r"must|should|requir|expect|allow|at least|field", re.IGNORECASE)


class Syntax(NamedTuple):
    """Where a tool or a format has a secret."""

    literals: tuple[str, ...]  # in lower case
    pattern: re.Pattern[str]  # matches at a literal, on lower-case text; its group is the secret
    reaches: bool  # it spans arguments: a word is tried once, however often a literal is in it
    random: bool  # ordinary words can be there as well: the value has to look generated
    needs: str  # a literal, in lower case, without which nothing can match


def _syntax(literals: str, expression: str, *, random: bool = False, needs: str = "") -> Syntax:
    return Syntax(tuple(literals.split()), pattern(expression), _BETWEEN in expression, random, needs)


def _flag(tools: str, flag: str, value: str = _NEXT_WORD, *, random: bool = False) -> Syntax:
    """The tool, the flag anywhere after it on its line, and the flag's value."""
    return _syntax(tools, rf"[\w-]{{1,20}}+{_BETWEEN}{flag}{value}", random=random)


SYNTAXES = (
    _flag(
        "curl wget",
        "(?:-u|--user|--proxy-user|-a|--auth)",
        r"[ \t=]{0,4}[\"']?[^\s:\"']{0,128}:[\"']?([^\s\"']{1,256})",
    ),
    # a token instead of the user, with no password
    _flag(
        "curl wget",
        "(?:-u|--user)",
        r"[ \t=]{0,4}[\"']?([^\s:\"']{10,256}):?[\"']?(?=\s|\Z)",
        random=True,
    ),
    _flag("curl", "(?:-b|--cookie)", r"[ \t=]{1,4}[\"']?[^\s=\"']{1,64}=([^\s;\"']{8,1024})"),
    _flag("lftp", "-u", r"[ \t]{1,4}[^\s,]{1,64},([^\s\"']{1,256})"),
    _flag("twine", "-p"),
    _flag("signtool", "/p"),
    _flag("login", "-p", _ASSIGNED_WORD),
    _syntax("docker podman", rf"\w{{6}}[ \t]{{1,4}}login{_BETWEEN}-p(?![ \t=]){_WORD}"),
    _flag("altool", "-p", r"[ \t]{1,4}[\"']?(?!@)([^\s\"']{1,256})"),
    _flag("cmdkey", "/pass:", _WORD),
    _flag("sshpass", "-p", _WORD),
    # A path to what is compiled may hold these names: a compiler's flags are no passwords.
    _flag(
        "mysql mariadb",
        r"-p(?![ \t]|(?:g|ie|ipe|edantic(?:-errors)?|thread|refer-(?:non-)?pic|rofile|lugin|ass-exit-codes"
        r"|rint-[a-z-]{1,40}(?:=\S{1,100})?|lugin-opt=[^\s\"']{1,200})(?![^\s\"',]))",
        _WORD,
    ),
    _flag("mongo cqlsh clickhouse-client cypher-shell snowsql", "-p"),
    _flag("sqlcmd unzip", "-p", _WORD),
    _flag("redis-cli", "(?:-a|--pass)"),
    _flag("ldapsearch ldapadd ldapmodify ldapwhoami", "-w"),
    _syntax("--requirepass --masterauth", rf"--[a-z]{{10,11}}{_NEXT_WORD}"),
    _flag("keychain partition-list", "-[pk]"),
    _syntax("nuget", rf"nuget[ \t]{{1,4}}push{_BETWEEN}-k{_NEXT_WORD}"),
    _syntax("vsce ovsx poetry", rf"\w{{4,6}}[ \t]{{1,4}}publish{_BETWEEN}(?:-p|--pat){_NEXT_WORD}"),
    _syntax("security", rf"security[ \t]{{1,4}}import{_BETWEEN}-p{_NEXT_WORD}"),
    _flag("netlify", "--auth", _ASSIGNED_WORD),
    _syntax("alias", rf"(?<=mc )alias[ \t]{{1,4}}set{_ARGUMENT}{_ARGUMENT}{_ARGUMENT}{_NEXT_WORD}"),
    _syntax("secret", rf"(?<=gh )secret[ \t]{{1,4}}set{_BETWEEN}(?:-b|--body){_NEXT_WORD}"),
    _syntax("codecov", rf"codecov{_BETWEEN}-t[ \t]{{1,4}}({_UUID})"),
    _syntax("snyk", rf"snyk[ \t]{{1,4}}auth[ \t]{{1,4}}({_UUID})"),
    _syntax("cypress", rf"cypress[ \t]{{1,4}}run{_BETWEEN}--key[ \t=]{{1,4}}({_UUID})"),
    _syntax(
        "poetry",
        r"poetry[ \t]{1,4}config[ \t]{1,4}(?:--[a-z]{1,20}[ \t]{1,4})?"
        rf"pypi-token\.\S{{1,64}}{_NEXT_WORD}",
    ),
    _syntax("http-basic.", rf"http-basic\.\S{{1,100}}{_ARGUMENT}{_NEXT_WORD}"),  # Poetry's, Composer's
    _syntax("nuget", rf"nuget[ \t]{{1,4}}(?:add|update)[ \t]{{1,4}}source{_BETWEEN}-p{_NEXT_WORD}"),
    # Bundler's, for a host; in a variable its dots are two underscores
    _syntax("bundle_", rf"bundle_(?:[a-z0-9]{{1,40}}+_){{1,6}}_[a-z0-9_]{{1,80}}+{_IS}{_USER}"),
    _syntax(
        "bundle",
        r"bundle[ \t]{1,4}config(?:[ \t]{1,4}(?:set|--\w{5,6})){0,2}[ \t]{1,4}"
        rf"[\w-]{{1,60}}\.[\w.-]{{1,60}}[ \t]{{1,4}}[\"']?{_USER}",
    ),
    _flag("openssl", r"(?:-\w{1,10}[ \t]{1,4})?pass:", _WORD),
    _syntax("storepass keypass", r"[a-z]{7,9}(?:[ \t]{1,4}|[:=])[\"']?([^\s\"']{1,256})"),
    _syntax("sqlplus", r"sqlplus[^\n/]{0,80}[ \t][\w$#]{1,64}/([^\s@\"']{1,128})@"),
    _syntax("sonar.login", r"sonar\.login[=:][ \t]{0,4}([a-z0-9_]{32,64})"),
    _syntax("secretid secret_id", rf"secret_?id{_IS}({_UUID})"),
    _syntax("convertto-securestring", rf"convertto-securestring(?:[ \t]{{1,4}}-string)?{_NEXT_WORD}"),
    _syntax(
        "echo printf",
        r"\w{4,6}[ \t]{1,4}(?:-n[ \t]{1,4})?[\"']?([^\s\"'|]{3,512})[\"']?[ \t]{0,4}\|"
        r"[^\n]{0,200}?(?:--password-stdin|--with-token|sudo[ \t]{1,4}-s|passphrase-fd|passwd[ \t]--stdin)",
    ),
    _syntax(
        "echo printf",
        r"\w{4,6}[ \t]{1,4}(?:-n[ \t]{1,4})?[\"']?[\w.-]{1,64}:([^\s\"'|]{3,256})[\"']?[ \t]{0,4}\|"
        r"[^\n]{0,40}?\bchpasswd",
    ),
    _flag("htpasswd", rf"-\w{{0,6}}b\w{{0,6}}{_ARGUMENT}{_ARGUMENT}"),
    _flag("rabbitmqctl", rf"(?:add_user|change_password){_ARGUMENT}"),
    _flag("smbclient", "-u", r"[ \t]{0,4}[^\s%]{1,100}%([^\s\"']{1,256})"),
    _syntax("machine", rf"machine{_ARGUMENT}\s{{1,40}}login{_ARGUMENT}\s{{1,40}}password{_NEXT_WORD}"),
    _syntax("--from-literal", r"--from-literal[= ][\"']?[^\s=]{1,100}=([^\s\"']{1,1024})"),
    _syntax(
        "config",
        r"config(?:ure)?[ \t]{1,4}set(?:[ \t]{1,4}--[a-z-]{1,20}(?=[ \t])){0,4}"
        rf"[ \t]{{1,4}}\S{{0,200}}(?:key|token|auth|password|secret)[ \t=]{{1,4}}{_WORD}",
    ),
    _syntax(
        "identified",
        rf"identified(?:[ \t]{{1,4}}with{_ARGUMENT})?[ \t]{{1,4}}by[ \t]{{1,4}}[\"']"
        r"((?<=')[^'\n]{1,256}(?=')|(?<=\")[^\"\n]{1,256}(?=\"))",
    ),
    _syntax("password", r"password[ \t]{1,4}'([^'\n]{1,256})'"),
    _syntax(
        "password", r"password[ \t]{1,4}for[ \t][^\n=]{1,100}=[ \t]{0,4}(?:password\()?'([^'\n]{1,256})'"
    ),
    _syntax("temporary", r"temporary password is generated for \S{1,100}:[ \t]{1,4}(\S{8,64})"),  # MySQL's
    # PHP's stack traces, until 8.2
    _syntax(
        "pdo->__construct( mysqli->__construct( mysqli_connect( mysqli_real_connect(",
        r"[\w>-]{5,24}\((?:'[^'\n]{0,200}'|object\(mysqli\)), '[^'\n]{0,100}', '([^'\n]{3,256})'",
    ),
    _syntax(
        "password> passwd> passphrase> secret> token> api-key> apikey>",
        r"[a-z-]{1,12}>(?:[ \t]{0,8}\n[ \t]{0,80})?([^<\n]{3,512})(?:\n[ \t]{0,80})?</",
    ),
    # a name and its value as two entries, on one line or two
    _syntax(
        "name key",
        rf"(?:name|key){_IS}[\w.-]{{0,64}}{_NAME}[\w.-]{{0,32}}\\*[\"']?,?[ \t]{{0,8}}"
        rf"(?:\n?[^\n\w\"']{{0,60}}\\*[\"']?(?:type|slotsetting){_IS}\w{{1,20}}\\*[\"']?,?[ \t]{{0,8}})?"
        rf"(?:\n[^\n\w\"']{{0,60}})?\\*[\"']?value{_IS}"
        r"((?<=\")[^\"\n\\]{3,1024}(?=\\*\")|(?<=')[^'\n]{3,1024}(?=')|[^\s\"'<>,}]{3,1024})",
    ),
    # what `terraform output -json` and `aws ssm get-parameter` say is one
    _syntax(
        '"sensitive"',
        r"\"sensitive\":[ ]?true,\s{0,100}\"type\":[ ]?\"string\",\s{0,100}"
        rf"\"value\":[ ]?{_STRING}",
    ),
    _syntax('"securestring"', rf"\"securestring\",\s{{0,100}}\"value\":[ ]?{_STRING}"),
    # the same in Terraform's plans, where the value may come first
    _syntax(
        "value",
        r"value\"?\s{0,12}[=:]\s{0,4}\"([^\"\n]{3,1024})\",?[ \t]{0,8}\n"
        r"(?:[^\n]{0,200}\n){0,3}?[^\n]{0,60}\btype\"?\s{0,12}[=:]\s{0,4}\"securestring\"",
        needs='"securestring"',
    ),
    _syntax(
        '"securestring"',
        r"\"securestring\",?[ \t]{0,8}\n(?:[^\n]{0,200}\n){0,3}?[^\n\w]{0,60}value\"?\s{0,12}[=:]\s{0,4}"
        r"\"([^\"\n]{3,1024})\"",
    ),
    # user and password as two strings, as requests, pytest and JavaScript print them
    _syntax(
        "auth credentials creds",
        r"(?:auth|credentials|creds)[\"']?[ \t]{0,24}[:=][ \t]{0,4}[\[(][ \t]{0,4}"
        r"b?[\"'][^\"'\n]{1,64}[\"'],[ \t]{0,4}b?[\"']([^\"'\n]{3,256})[\"'][ \t]{0,4}[\])]",
    ),
    # "use the following password to proceed:", an empty line, the password (Jenkins)
    _syntax(
        "password",
        r"password[^\n:]{0,80}:[ \t]{0,8}\n(?:[^\n\w]{0,80}\n){0,2}[^\n\w]{0,40}"
        r"(\w{12,128})[ \t]{0,8}(?=\n|\Z)",
        random=True,
    ),
    # a file of one line that holds a key
    _syntax(
        "cat type",
        r"(?:cat|type)[ \t]{1,4}[^\s|;&]{0,200}(?:\.key|token|secret|password|credentials?)(?:\.txt)?"
        r"[ \t]{0,8}\n[ \t]{0,40}([^\s:]{16,256})[ \t]{0,8}(?=\n|\Z)",
        random=True,
    ),
    _syntax("cargo", r"cargo[ \t]{1,4}login[ \t]{1,4}([\w-]{20,256})", random=True),
    _syntax("setcookie erl-cookie", r"(?:setcookie|erl-cookie)[ \t=]{1,4}[\"']?([\w-]{12,256})", random=True),
    # private keys of Ethereum, where Hardhat and Foundry read them
    _syntax(
        "accounts --private-key",
        r"(?:accounts[\"']?[ \t]{0,4}[:=][ \t]{0,4}\[\s{0,80}|--private-key[ \t=]{1,4})"
        r"[\"']?(0x[0-9a-f]{64})",
    ),
    # PostgreSQL's password file, host:port:database:user:password
    _syntax(":5432:", r":5432:[^\s:]{1,64}:[^\s:]{1,64}:([^\s:]{3,256})(?=\n|\Z)"),
    # JSON Web Keys, RFC 7517 and 7518: the private parts
    _syntax('"kty"', r"\"kty\"[^\n]{0,1024}?\"(?:d|k)\"[ \t]{0,4}:[ \t]{0,4}\"([\w-]{20,1024})\""),
    _syntax('"d"', r"\"d\"[ \t]{0,4}:[ \t]{0,4}\"([\w-]{20,1024})\"(?=[^\n]{0,1024}\"kty\")"),
)


_BY_LITERAL: dict[str, list[Syntax]] = {}
for _one in SYNTAXES:
    for _literal in _one.literals:
        _BY_LITERAL.setdefault(_literal, []).append(_one)
_LITERALS = Literals(_BY_LITERAL)


def find(index: TextIndex) -> Iterator[Span]:
    """The secrets in the places where a tool reads or prints one."""
    for literal in index.present_lowered(_LITERALS):
        for syntax in _BY_LITERAL[literal]:
            if not syntax.needs or index.contains_lowered(syntax.needs):
                yield from _found(index, syntax, literal)


def _found(index: TextIndex, syntax: Syntax, literal: str) -> Iterator[Span]:
    edge = 0
    for position in index.find_lowered(literal):
        if position < edge:
            continue
        if syntax.reaches and (blank := _BLANK.search(index.lowered, position)):
            edge = blank.start()
        match = syntax.pattern.match(index.lowered, position)
        value = index.text[match.start(1) : match.end(1)] if match else ""
        if match and _is_secret(value, syntax):
            yield Span(*match.span(1), "password")


def _is_secret(value: str, syntax: Syntax) -> bool:
    if is_placeholder(value) or _complains(value) or value.isdigit() or value.startswith("-"):
        return False
    return not syntax.random or looks_generated(value)


def _complains(value: str) -> bool:
    """Whether it is a validator's message about a value; a password may consist of words, too."""
    return is_sentence(value) and _DEMAND.search(value) is not None
