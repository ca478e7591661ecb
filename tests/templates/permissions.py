"""Lists every pair of action and resource that the templates allow, and to whom.

Run as a program, it prints the table of docs/permissions.md.
"""

import templates
from templates import HUB, SPOKE, TRAIL


def pairs(path):
    """Returns (who, action, resource), sorted. Ignores conditions, except for the roles that a trust policy
    names in one.
    """
    template = templates.transformed(path)
    found = set()
    for name, role in templates.of_type(template, "AWS::IAM::Role").items():
        for policy in (branch for policy in role["Properties"].get("Policies", []) for branch in branches(policy)):
            for statement in statements(policy["PolicyDocument"]):
                found |= {(name, action, resource) for action in listed(statement["Action"]) for resource in resources(statement)}
        for statement in statements(role["Properties"]["AssumeRolePolicyDocument"]):
            found |= {(who, action, name) for who in principals(statement) for action in listed(statement["Action"])}
        if "ManagedPolicyArns" in role["Properties"]:
            raise ValueError(f"{name} has managed policies, which nobody here can see")
    for name, owner, document in resource_policies(template):
        for statement in statements(document):
            if statement["Effect"] == "Allow":
                found |= {(who, action, owner) for who in principals(statement) for action in listed(statement["Action"])}
    return sorted(found)


def resource_policies(template):
    """Yields the policies of queues, topics, buckets, buses and keys: logical ID, the resource, and the
    policy.
    """
    for kind, key in (("AWS::SQS::QueuePolicy", "Queues"), ("AWS::SNS::TopicPolicy", "Topics"), ("AWS::S3::BucketPolicy", "Bucket")):
        for name, policy in templates.of_type(template, kind).items():
            owner = listed(policy["Properties"][key])
            yield name, shown(owner[0]), policy["Properties"]["PolicyDocument"]
    for name, key in templates.of_type(template, "AWS::KMS::Key").items():
        yield name, name, key["Properties"]["KeyPolicy"]
    for name, bus in templates.of_type(template, "AWS::Events::EventBus").items():
        for branch in branches(bus["Properties"].get("Policy")):
            yield name, name, branch
    if templates.of_type(template, "AWS::Lambda::Permission"):
        raise ValueError("a function permission is new here: say whose source it names")


def statements(document):
    """Returns the statements of a policy, including those behind a condition."""
    return [branch for statement in listed(document["Statement"]) for branch in branches(statement)]


def branches(value):
    """Returns both sides of an Fn::If, without AWS::NoValue."""
    if value is None or value == {"Ref": "AWS::NoValue"}:
        return []
    if isinstance(value, dict) and "Fn::If" in value:
        _, yes, no = value["Fn::If"]
        return branches(yes) + branches(no)
    return [value]


def resources(statement):
    """Returns the resources of a statement, as text."""
    values = [part for value in listed(statement["Resource"]) for branch in branches(value) for part in listed(branch)]
    return [shown(value) for value in values]


def principals(statement):
    """Returns whom a statement trusts, as text.

    If a condition allows only certain roles of an account, returns those roles instead of the account.
    """
    principal = statement["Principal"]
    if isinstance(principal, str):
        return [principal]
    admitted = statement.get("Condition", {}).get("ArnEquals", {}).get("aws:PrincipalArn")
    accounts = listed(principal.get("AWS", []))
    if admitted and accounts and all(shown(value).endswith(":root") for value in accounts):
        return [shown(value) for value in listed(admitted)]
    return [shown(value) for values in principal.values() for value in listed(values)]


def listed(value):
    """Returns a list, also for a single value."""
    return value if isinstance(value, list) else [value]


def shown(value):
    """Returns a reference as a person would write it."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return value["Ref"]
    if "Fn::GetAtt" in value:
        return value["Fn::GetAtt"][0]
    text = value["Fn::Sub"]
    for name, short in (("AWS::Partition", "aws"), ("AWS::AccountId", "ACCOUNT"), ("AWS::Region", "REGION"), ("AWS::StackName", "STACK")):
        text = text.replace("${" + name + "}", short)
    return text.replace(".Arn}", "}").replace("${AWS::URLSuffix}", "amazonaws.com").replace("${", "").replace("}", "")


def table():
    """Returns the tables of all templates as Markdown."""
    lines = []
    for title, path in (("The hub, `template.yaml`", HUB), ("A spoke, `deploy/spoke.yaml`", SPOKE), ("The trail's bucket, `deploy/trail.yaml`", TRAIL)):
        lines += [f"## {title}", "", "| who | may | on |", "|---|---|---|"]
        lines += [f"| {who} | `{action}` | `{resource}` |" for who, action, resource in pairs(path)] + [""]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(), end="")
