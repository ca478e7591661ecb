"""The templates: as they are written, as CloudFormation gets them after the SAM transform, and what their rules match."""

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
FORWARDING = ("MintRule", "ConsoleRule", "MembershipRule", "SetupRule", "UseRule", "ServiceMintRule", "TamperRule", "TamperTwinRule")
# Rules with a path of their own, each with the rule that has the same pattern on the path of all other events.
TWINS = {"TamperRule": "TamperTwinRule", "HubTamperRule": "HubTamperTwinRule"}
FULL_STATE = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


# It counts what it does and complains that nobody asks.
logging.getLogger("samtranslator.metrics.metrics").setLevel(logging.ERROR)


class _Session:
    """The translator asks a session for nothing but its region."""

    region_name = "us-east-1"


def raw(path):
    """The template as it is written."""
    return copy.deepcopy(_parsed(path))


def transformed(path):
    """The template as CloudFormation gets it."""
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
            # `sam deploy` puts the place of the zip here.
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
        if resource["Type"] == "AWS::Serverless::StateMachine":
            resource["Properties"]["DefinitionUri"] = "s3://bucket/key"
    parameters = {name: parameter.get("Default", "given") for name, parameter in template["Parameters"].items()}
    return Translator({}, Parser(), boto_session=_Session()).translate(template, parameters)


def of_type(template, kind):
    """Resources of one type, by logical id."""
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def rules(template):
    """Properties of the EventBridge rules, by logical id."""
    return {name: rule["Properties"] for name, rule in of_type(template, "AWS::Events::Rule").items()}


def pattern(properties, elevated_roles=()):
    """What a rule matches, with these for the parameter ElevatedRoles. None: the rule is not made without them."""
    written = properties["EventPattern"]
    if "Fn::Sub" not in written:
        return json.loads(json.dumps(written).replace('{"Ref": "AWS::AccountId"}', '"111122223333"'))
    if not elevated_roles:
        return None
    text, values = written["Fn::Sub"]
    between, _ = values["Roles"]["Fn::Join"]
    return json.loads(text.replace("${Roles}", between.join(elevated_roles)))


def metadata_comments(path):
    """The lines of a template in which a check is suppressed, each with the lines right above it."""
    lines = path.read_text().splitlines()
    return [(number + 1, line, lines[max(0, number - 3) : number]) for number, line in enumerate(lines) if re.search(r"ignore_checks", line)]


def policy_roles():
    """The ARNs in the policy of the synthetic events, as the parameter ElevatedRoles takes them."""
    policy = yaml.safe_load((ROOT / "events" / "rolewatch.yaml").read_text())
    return [role["arn"] for role in policy["roles"]]
