"""The pipelines and azure.yaml are what GitHub, Azure DevOps and azd read, and each kind of fault would be found."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import fastjsonschema
import pytest
import yaml

from custos.cli.main import main
from custos.errors import BadSetting
from custos.settings import REPOSITORY, settings_from
from tests.infra.bicep import read
from tests.infra.check import bodies
from tests.infra.extract_schemas import SCHEMAS
from tests.infra.extract_types import INFRA

FILES = {
    "github-actions": INFRA / "pipelines" / "github-actions.yml",
    "azure-pipelines": INFRA / "pipelines" / "azure-pipelines.yml",
    "azure.yaml": REPOSITORY / "azure.yaml",
}


class _Loader(yaml.SafeLoader):
    """YAML 1.2's idea of truth: `on` is a word."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))


@cache
def _schema(name: str) -> Callable[[Any], Any]:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    found: Callable[[Any], Any] = fastjsonschema.compile(schema, handlers={"https": lambda _: {}})
    return found


def _loaded(text: str) -> Any:
    return yaml.load(text, Loader=_Loader)  # noqa: S506 a safe loader of our own


def _steps(name: str) -> Iterator[dict[str, Any]]:
    """Every step of a pipeline, wherever it stands."""

    def walk(node: Any) -> Iterator[dict[str, Any]]:
        for key, below in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            if key == "steps":
                yield from below
            else:
                yield from walk(below)

    return walk(_loaded(FILES[name].read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", FILES)
def test_file_is_valid(name: str) -> None:
    """The file fits the schema of whoever reads it."""
    _schema(name)(_loaded(FILES[name].read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("name", "was", "planted"),
    [
        ("github-actions", "runs-on: ubuntu-24.04", "run-on: ubuntu-24.04"),
        ("github-actions", "id-token: write", "id-token: yes"),
        ("github-actions", "cancel-in-progress: false", "cancel-in-progres: false"),
        ("azure-pipelines", "- stage: check\n    jobs:", "- stage: check\n    job:"),
        ("azure-pipelines", "task: AzureCLI@2", "task: AzureCLI2"),
        ("azure-pipelines", "scriptType: bash", "scriptType: bashh"),
        ("azure.yaml", "predeploy:", "predeployed:"),
        ("azure.yaml", "shell: sh", "shell: fish"),
        ("azure.yaml", "name: custos\n", ""),
    ],
)
def test_planted_fault_is_found(name: str, was: str, planted: str) -> None:
    """A fault of this kind is refused, so a file that passes means something."""
    text = FILES[name].read_text(encoding="utf-8")
    assert was in text
    with pytest.raises(fastjsonschema.JsonSchemaException):
        _schema(name)(_loaded(text.replace(was, planted, 1)))


@pytest.mark.parametrize("name", ["github-actions", "azure-pipelines"])
def test_pipeline_does_everything(name: str) -> None:
    """Both pipelines validate, test, comment a plan, package, keep the package, deploy it with a look afterwards."""
    text = FILES[name].read_text(encoding="utf-8")
    for step in (
        "custos validate",
        "custos test",
        "custos plan --markdown",
        "make PYTHON=python3.13 tools package POLICIES=",
        "pipelines/deploy.sh",
    ):
        assert step in text
    assert (
        sum(("uses" in step and "upload-artifact" in step["uses"]) or "publish" in step for step in _steps(name)) == 1
    )


@pytest.mark.parametrize("name", ["github-actions", "azure-pipelines"])
def test_plan_has_its_settings(name: str) -> None:
    """The step that plans is given every setting that Custos cannot begin without, and the top of the file names what fills each."""
    (plan,) = (step for step in _steps(name) if "custos plan" in str(step.get("run", step.get("script", ""))))
    with pytest.raises(BadSetting) as missing:
        settings_from({})
    wanted = set(re.findall(r"(\w+) is not set\.", str(missing.value))) | {
        "AzureWebJobsStorage__accountName",
        "CUSTOS_POLICIES",
    }
    assert wanted <= plan["env"].keys()
    top = FILES[name].read_text(encoding="utf-8").split("\n\n")[0].split("\ntrigger:")[0]
    filled = {word for value in plan["env"].values() for word in re.findall(r"(?:vars\.|\$\()(\w+)", value)}
    assert [word for word in filled if word not in top] == []


@pytest.mark.parametrize("name", ["github-actions", "azure-pipelines"])
def test_commands_of_the_pipelines_exist(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command and option of Custos that a pipeline names is one that Custos has."""
    commands = set(re.findall(r"bin/custos (\w+)((?: --[a-z]+)*)", FILES[name].read_text(encoding="utf-8")))
    assert len(commands) >= 3
    for command, options in commands:
        with pytest.raises(SystemExit):
            main([command, "--help"], {})
        said = capsys.readouterr().out
        assert all(option in said for option in options.split())


def test_make_has_what_the_pipelines_call() -> None:
    """Every target that a pipeline or azure.yaml makes is in the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {
        word
        for path in FILES.values()
        for line in re.findall(r"\bmake ([^\n]+)", path.read_text(encoding="utf-8"))
        for word in re.findall(r"(?:^| )(tools|[a-z]+)(?= |$)", line.split(" POLICIES")[0])
    }
    assert {"tools", "package"} <= asked & targets


def test_azd_deploys_the_package_into_the_app() -> None:
    """azd sends the folder that `make package` makes, builds nothing, and finds the app by its tag."""
    (name, service), *others = _loaded(FILES["azure.yaml"].read_text(encoding="utf-8"))["services"].items()
    assert (service["project"], service["remoteBuild"], service["host"], others) == ("build/app", False, "function", [])
    (site,) = (body for _, body in bodies([read(INFRA / "app.bicep")], "Microsoft.Web/sites"))
    assert f"'azd-service-name': '{name}'" in (INFRA / "app.bicep").read_text(encoding="utf-8")
    assert site.get("tags") is not None


def test_azd_asks_for_every_parameter() -> None:
    """Every parameter of main.bicep has a value in the file that azd fills in, and no other stands there."""
    given = json.loads((INFRA / "main.parameters.json").read_text(encoding="utf-8"))["parameters"]
    asked = {each.name: each for each in read(INFRA / "main.bicep").of("param")}
    assert given.keys() == asked.keys() - {"resourceGroupName"}
    assert [name for name, each in asked.items() if each.value is None] == [
        "environmentName",
        "location",
        "sharePointUrl",
    ]


@pytest.mark.parametrize("script", ["deploy.sh", "comment.sh", "look.sh"])
def test_script_is_sound(script: str) -> None:
    """Each script is read by bash without an error, ends at the first failure, and says how it is called."""
    path = INFRA / "pipelines" / script
    subprocess.run(["bash", "-n", str(path)], check=True)
    assert "set -euo pipefail" in path.read_text(encoding="utf-8")
    done = subprocess.run(["bash", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.startswith("usage: ")) == (2, True)
