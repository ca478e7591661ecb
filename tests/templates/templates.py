"""Reads the templates: as written, as CloudFormation gets them after the SAM transform, and the patterns of
their rules.
"""

import copy
import functools
import json
import logging
import re
from pathlib import Path

import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
HUB = ROOT / "template.yaml"
SPOKE = ROOT / "deploy" / "spoke.yaml"
TRAIL = ROOT / "deploy" / "trail.yaml"
ALL = (HUB, SPOKE, TRAIL)
FORWARDING = (
    "MintRule",
    "ConsoleRule",
    "MembershipRule",
    "SetupRule",
    "IdentityCenterRule",
    "UseRule",
    "ServiceMintRule",
    "TamperRule",
    "TamperTwinRule",
)
# Rules with a separate path, each with the rule that has the same pattern on the path of all other events.
TWINS = {"TamperRule": "TamperTwinRule", "HubTamperRule": "HubTamperTwinRule"}
FULL_STATE = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


# samtranslator sends metrics, and warns if nobody collects them.
logging.getLogger("samtranslator.metrics.metrics").setLevel(logging.ERROR)


class _Session:
    """The translator only reads the Region of a session."""

    region_name = "us-east-1"


def raw(path):
    """Returns the template as written."""
    return copy.deepcopy(_parsed(path))


def transformed(path):
    """Returns the template as CloudFormation gets it."""
    return copy.deepcopy(_transformed(path))


@functools.cache
def _parsed(path):
    return yaml_parse(path.read_text())


@functools.cache
def _transformed(path):
    template = raw(path)
    if "Transform" not in template:
        return template
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # `sam deploy` puts the S3 URI of the zip here.
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
        if resource["Type"] == "AWS::Serverless::StateMachine":
            resource["Properties"]["DefinitionUri"] = "s3://bucket/key"
    parameters = {name: parameter.get("Default", "given") for name, parameter in template["Parameters"].items()}
    return Translator({}, Parser(), boto_session=_Session()).translate(template, parameters)


def of_type(template, kind):
    """Returns the resources of one type, by logical ID."""
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def rules(template):
    """Returns the properties of the EventBridge rules, by logical ID."""
    return {name: rule["Properties"] for name, rule in of_type(template, "AWS::Events::Rule").items()}


def pattern(properties, elevated_roles=()):
    """Returns what a rule matches if the parameter ElevatedRoles has this value. None: the rule isn't created
    without roles.
    """
    written = properties["EventPattern"]
    if "Fn::Sub" not in written:
        return json.loads(json.dumps(written).replace('{"Ref": "AWS::AccountId"}', '"111122223333"'))
    if not elevated_roles:
        return None
    text, values = written["Fn::Sub"]
    between, _ = values["Roles"]["Fn::Join"]
    return json.loads(text.replace("${Roles}", between.join(elevated_roles)))


def metadata_comments(path):
    """Returns the lines of a template that suppress a check, each with the lines directly above it."""
    lines = path.read_text().splitlines()
    return [(number + 1, line, lines[max(0, number - 3) : number]) for number, line in enumerate(lines) if re.search(r"ignore_checks", line)]


def policy_roles():
    """Returns the ARNs in the policy of the synthetic events, in the form of the parameter ElevatedRoles."""
    policy = yaml.safe_load((ROOT / "events" / "rolewatch.yaml").read_text())
    return [role["arn"] for role in policy["roles"]]
