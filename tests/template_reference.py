"""Renders chat templates with Jinja2, set up as transformers does: the reference for tests/template.rs.

Usage: template_reference.py CASES.json FOLDER... > RESULTS.json
RESULTS maps each template file to a list, one entry a case: {"text"}, {"raised"} (by the template itself) or
{"accident"} (a Python error, which another engine need not share).
"""

import datetime
import json
import pathlib
import sys

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2024, 7, 26, 9, 5, 7)


class Generation(Extension):
    """{% generation %} … {% endgeneration %} marks the answer for training and renders its body."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def render(template, case):
    variables = {"bos_token": "<s>", "eos_token": "</s>", "documents": None, "tools": None}
    variables |= {key: value for key, value in case.items() if key != "name"}
    try:
        return {"text": template.render(**variables)}
    except jinja2.exceptions.TemplateError as error:
        if type(error) is jinja2.exceptions.TemplateError:
            return {"raised": str(error)}
        return {"accident": repr(error)}
    except Exception as error:
        return {"accident": repr(error)}


def main():
    cases = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    env = environment()
    results = {}
    for folder in sys.argv[2:]:
        for path in sorted(pathlib.Path(folder).rglob("*.jinja")):
            try:
                # As transformers reads it: in text mode, so line ends are \n.
                template = env.from_string(path.read_text(encoding="utf-8"))
            except Exception as error:
                results[str(path)] = [{"accident": repr(error)}] * len(cases)
                continue
            results[str(path)] = [render(template, case) for case in cases]
    json.dump(results, sys.stdout, ensure_ascii=False)


main()
