"""Reads the commands of docs/deploy.md word for word, so that the tests run what the guide says."""

import re

from rolewatch_live.binaries import ROOT

STEPS = ("Slack", "Build and deploy", "The Region of IAM", "Policy and roster", "See it work")
TEXT = (ROOT / "docs" / "deploy.md").read_text()


def step(title: str) -> str:
    """Returns a step of "First alert"."""
    steps = TEXT.partition("\n## First alert\n")[2].partition("\n## ")[0]
    number = STEPS.index(title) + 1
    found = steps.partition(f"\n{number}. **{title}.**")[2]
    if not found:
        raise AssertionError(f"docs/deploy.md has no step `{number}. **{title}.**`")
    return found.partition(f"\n{number + 1}. **")[0]


def block(title: str, first: str) -> list[str]:
    """Returns the lines of the step's code block that begins with `first`, without comments."""
    blocks = re.findall(r"```\n(.*?)```", step(title), re.DOTALL)
    for found in blocks:
        lines = [line.strip() for line in found.splitlines() if line.strip()]
        if lines and lines[0].startswith(first):
            return [re.sub(r"\s{2,}#.*", "", line) for line in lines]
    raise AssertionError(f"no code block of the step `{title}` begins with `{first}`")


def configure() -> str:
    return block("Build and deploy", "cp ")[0]


def build(architecture: str) -> str:
    """Returns `sam build` for arm64, the default, or the guide's replacement for x86_64."""
    found = block("Build and deploy", "cp ")[1]
    if architecture == "x86_64":
        (found,) = re.findall(r"`(sam build [^`]*x86_64)`", step("Build and deploy"))
    return found


def deploy() -> str:
    (found,) = [line for line in block("Build and deploy", "cp ") if line.startswith("sam deploy")]
    return found


def pushes() -> str:
    """Returns the commands for policy and roster, with a `rolewatch` that runs as the guide says."""
    said = step("Policy and roster")
    (cli,) = re.findall(r"`(cargo run [^`]*--)`", said)
    lines = block("Policy and roster", "rolewatch policy push")
    (out,) = block("Build and deploy", "out() {")
    rolewatch = f'rolewatch() {{ {cli} "$@"; }}'
    # Here, the account with the groups is the hub's own.
    return "\n".join([out, rolewatch, *lines]).replace("development@", "security@")


def invocation() -> str:
    """Returns the command that passes a synthetic event to the function."""
    (out,) = block("Build and deploy", "out() {")
    command = " ".join(line.removesuffix("\\") for line in block("See it work", "aws lambda"))
    # Version 2 of the AWS CLI needs this option. Version 1, which is on PyPI, doesn't have it.
    command = command.replace(" --cli-binary-format raw-in-base64-out", "")
    return f"{out}\n{command}"


def update() -> str:
    """Returns the guide's command for an update from a version whose `OperationsEmail` had a default."""
    part = TEXT.partition("\n## Change and update\n")[2].partition("\n## ")[0]
    lost = part.partition("**A parameter that lost its default.**")[2].partition("\n\n")[0]
    (found,) = re.findall(r"`(sam deploy --guided)`", lost)
    return found
