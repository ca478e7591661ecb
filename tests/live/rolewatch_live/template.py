"""Reads a CloudFormation template, without the resources that the emulator doesn't support.

The list of omitted types is checked both ways: no other type may be unsupported, and no listed type may be
supported. Other code either replaces an omitted resource through the API (bus policies), or nothing replaces
it (alarms).
"""

import copy
import json
import logging
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]


# Written in C, if the package was built with it, which is ten times as fast.
Fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(Fast):  # type: ignore[misc, valid-type]
    """YAML with CloudFormation's short forms, in which dates stay text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _short_form(loader: Loader, suffix: str, node: yaml.Node) -> Json:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", _short_form)


def read(path: Path) -> Json:
    """Returns the template with its short forms spelled out."""
    template = yaml.load(path.read_text(), Loader)
    if not isinstance(template, dict) or "Resources" not in template:
        raise ValueError(f"{path} is no CloudFormation template")
    return template


def known_types() -> set[str]:
    """Returns the resource types that the emulator supports."""
    # Silences an unneeded warning that it can't sign.
    logging.getLogger("kms").setLevel(logging.ERROR)
    from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

    return set(_RESOURCE_HANDLERS)


def without(template: Json, left_out: set[str]) -> Json:
    """Returns the template without resources of these types. Fails if the emulator doesn't require exactly
    that.
    """
    types = {resource["Type"] for resource in template["Resources"].values()}
    unknown = {kind for kind in types if kind not in known_types() and not kind.startswith("AWS::Serverless::")}
    if unknown != left_out:
        raise ValueError(f"the emulator does not know {sorted(unknown)} of this template, but {sorted(left_out)} were to be left out")
    less = copy.deepcopy(template)
    gone = {name for name, resource in template["Resources"].items() if resource["Type"] in left_out}
    less["Resources"] = {name: _free_of(resource, gone) for name, resource in less["Resources"].items() if name not in gone}
    less["Outputs"] = {name: value for name, value in less.get("Outputs", {}).items() if not references(value) & gone}
    for name, resource in less["Resources"].items():
        if dangling := references(resource) & gone:
            raise ValueError(f"{name} needs {sorted(dangling)}, which the emulator does not know")
    return less


def references(value: Any) -> set[str]:
    """Returns the logical IDs, parameters and conditions that a part of a template names."""
    if isinstance(value, list):
        return {name for part in value for name in references(part)}
    if not isinstance(value, dict):
        return set()
    named = {name for key, part in value.items() if key not in ("Ref", "Fn::GetAtt", "Fn::Sub") for name in references(part)}
    if isinstance(reference := value.get("Ref"), str):
        named.add(reference)
    if isinstance(attribute := value.get("Fn::GetAtt"), list):
        named.add(attribute[0])
    if "Fn::Sub" in value:
        text = value["Fn::Sub"]
        named |= references(text[1]) if isinstance(text, list) else set()
        named |= {part.partition("}")[0].partition(".")[0] for part in (text if isinstance(text, str) else text[0]).split("${")[1:]}
    return named


def with_code(template: Json, code: dict[str, str]) -> Json:
    """Makes the functions read their code from these S3 URIs, by logical ID. Each function needs one."""
    functions = {name for name, resource in template["Resources"].items() if resource["Type"] == "AWS::Serverless::Function"}
    if functions != set(code):
        raise ValueError(f"the template has the functions {sorted(functions)}, but there is code for {sorted(code)}")
    filled = copy.deepcopy(template)
    for name, uri in code.items():
        filled["Resources"][name]["Properties"]["CodeUri"] = uri
        # Tells sam how to build the code, which is built already.
        filled["Resources"][name].pop("Metadata", None)
    return filled


def definitions(template: Json) -> dict[str, str]:
    """Returns the definition files of state machines, by logical ID."""
    machines = {name: part for name, part in template["Resources"].items() if part["Type"] == "AWS::Serverless::StateMachine"}
    return {name: machine["Properties"]["DefinitionUri"] for name, machine in machines.items()}


def body(template: Json) -> str:
    """Returns the template in the form that CloudFormation accepts."""
    return json.dumps(template)


def _free_of(resource: Json, gone: set[str]) -> Json:
    if "DependsOn" in resource:
        needed = resource["DependsOn"]
        left = [name for name in (needed if isinstance(needed, list) else [needed]) if name not in gone]
        return {**{key: value for key, value in resource.items() if key != "DependsOn"}, **({"DependsOn": left} if left else {})}
    return resource
