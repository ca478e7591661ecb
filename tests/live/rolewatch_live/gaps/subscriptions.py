"""An e-mail subscription receives nothing until its owner confirms it. Until then, SNS lists it as
`PendingConfirmation`.

ministack treats every address as confirmed. The token in the link that AWS sends is known here
(`accounts.confirmation`). As on AWS, a deleted subscription is listed as `Deleted` for a while, and a list
has pages of 100.
"""

from typing import Any

from ministack.services import sns
from ministack.services.cloudformation import provisioners

from ..accounts import confirmation

BY_MAIL = ("email", "email-json")
PAGE = 100
KIND = "AWS::SNS::Subscription"
Subscription = dict[str, Any]


def fill() -> None:
    subscribe, create, unsubscribe = sns._subscribe, provisioners._RESOURCE_HANDLERS[KIND]["create"], sns._unsubscribe

    def subscribed(params: Any) -> Any:
        answer = subscribe(params)
        _wait(sns._p(params, "TopicArn"))
        return answer

    def created(*arguments: Any, **named: Any) -> Any:
        arn, attributes = create(*arguments, **named)
        _wait(arn.rpartition(":")[0])
        return arn, attributes

    def unsubscribed(params: Any) -> Any:
        arn = sns._p(params, "SubscriptionArn")
        topic = sns._topic_by_arn_any_scope(arn.rpartition(":")[0])
        if topic is not None:
            topic.setdefault("gone", []).extend(one for one in topic["subscriptions"] if one["arn"] == arn)
        return unsubscribe(params)

    sns._subscribe, sns._unsubscribe, sns._list_subscriptions_by_topic = subscribed, unsubscribed, listed
    provisioners._RESOURCE_HANDLERS[KIND]["create"] = created


def _wait(topic_arn: str) -> None:
    """A new e-mail subscription waits for its confirmation."""
    topic = sns._topic_by_arn_any_scope(topic_arn)
    for one in topic["subscriptions"] if topic else []:
        if one["protocol"] in BY_MAIL and "asked" not in one:
            attributes = {**one["attributes"], "PendingConfirmation": "true", "ConfirmationWasAuthenticated": "false"}
            one.update(asked=True, confirmed=False, token=confirmation(one["endpoint"]), attributes=attributes)


def listed(params: Any) -> Any:
    """`ListSubscriptionsByTopic`."""
    topic, refused = sns._get_topic(sns._p(params, "TopicArn"), "sns:ListSubscriptionsByTopic")
    if refused is not None:
        return refused
    entries = [(one, one["arn"] if one["confirmed"] else "PendingConfirmation") for one in topic["subscriptions"]]
    entries += [(one, "Deleted") for one in topic.get("gone", [])]
    start = int(sns._p(params, "NextToken") or 0)
    members = "".join(_member(one, shown, topic["arn"]) for one, shown in entries[start : start + PAGE])
    following = f"<NextToken>{start + PAGE}</NextToken>" if start + PAGE < len(entries) else ""
    result = f"<ListSubscriptionsByTopicResult><Subscriptions>{members}</Subscriptions>{following}</ListSubscriptionsByTopicResult>"
    return sns._xml(200, "ListSubscriptionsByTopicResponse", result)


def _member(one: Subscription, shown: str, topic_arn: str) -> str:
    fields = {
        "SubscriptionArn": shown,
        "Owner": one["owner"],
        "TopicArn": topic_arn,
        "Protocol": one["protocol"],
        "Endpoint": sns._xml_escape(one["endpoint"]),
    }
    return "<member>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items()) + "</member>"
