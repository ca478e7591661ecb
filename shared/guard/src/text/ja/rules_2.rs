//! Answers of the rules about switches.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    ("a root user", "ルートユーザー"),
    ("a federated user", "フェデレーティッドユーザー"),
    ("the records don't show it", "記録にありません"),
    (
        "can't tell what type of identity {who} had when entering {place}: {why}",
        "{who} が {place} に切り替えた際の ID の種類を確認できません：{why}",
    ),
    (
        "{who} entered {place} as {kind}; the policy allows only {identities}",
        "{who} が{kind} として {place} に切り替えました。ポリシーが許可しているのは {identities} だけです",
    ),
    ("which service it is", "どのサービスか"),
    (
        "its provider or the subject of its token",
        "プロバイダーまたはトークンのサブジェクト",
    ),
    ("its provider", "プロバイダー"),
    (
        "can't tell whether the policy allows {who}, which entered {place} as {kind}: the records don't show {what}",
        "{kind} として {place} に切り替えた {who} をポリシーが許可しているか確認できません：記録から{what} がわかりません",
    ),
    (
        "the caller is a service, not a person",
        "呼び出し元は人ではなくサービスです",
    ),
    (
        "can't identify who is behind {who} in {place}: {why}",
        "{place} に切り替えた {who} が誰なのか特定できません：{why}",
    ),
    ("the person is known", "本人を特定できています"),
    (
        "the logs contain only the console's own record of this switch",
        "ログにあるのは、この切り替えに関するコンソール自身の記録だけです",
    ),
    (
        "the console renewed an earlier session",
        "コンソールによる既存のセッションの更新です",
    ),
    (
        "the logs contain no record of this switch from the role's account, so some of that account's logs may be missing",
        "ロールのアカウントにこの切り替えの記録がないため、そのアカウントのログの一部が欠けている可能性があります",
    ),
    ("it was used", "使用されています"),
    (
        "the record doesn't show how long it could be used",
        "いつまで使用できたかが記録にありません",
    ),
    (
        "it may still be used, or its activity may not have reached us yet",
        "これから使用される可能性や、操作の記録がまだ届いていない可能性があります",
    ),
    (
        "ended, at the latest at {until}",
        "遅くとも {until} までに終了",
    ),
    ("ended at {until}", "{until} に終了"),
    (
        "{who} entered {place}, but no use was logged before the session {ended}; most logs don't include object reads and writes",
        "{who} は {place} に切り替えましたが、セッションが終わるまで使用の記録がありません（{ended}）。ほとんどのログには、オブジェクトの読み書きは記録されません",
    ),
    ("an unknown role", "不明なロール"),
    (
        "the policy doesn't allow this identity; RW012 reports that",
        "ポリシーはこの ID を許可していません（RW012 で報告）",
    ),
    (
        "rolewatch can't check this for the caller's type of identity",
        "呼び出し元の ID の種類については確認できません",
    ),
    (
        "there is no roster of account {account}, and the logs don't name group {group}",
        "アカウント {account} の名簿がなく、グループ {group} もログに出てきません",
    ),
    (
        "group {group} from the policy doesn't appear in any roster of account {account} or in the logs",
        "ポリシーのグループ {group} が、アカウント {account} の名簿にもログにも出てきません",
    ),
    (
        "group {group} from the policy doesn't appear in any roster of Identity Center or in the logs",
        "ポリシーのグループ {group} が、Identity Center の名簿にもログにも出てきません",
    ),
];
