//! The setup.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    (
        "the unknown condition operator `{operator}`",
        "未知の条件演算子 `{operator}`",
    ),
    ("the trust policy", "信頼ポリシー"),
    (
        "inline policy {name} of {holder}",
        "{holder} のインラインポリシー {name}",
    ),
    (
        "managed policy {arn} of {holder}",
        "{holder} の管理ポリシー {arn}",
    ),
    ("permission boundary {arn}", "アクセス許可の境界 {arn}"),
    ("{place}: {why}", "{place}：{why}"),
    (
        "whether a permission boundary limits what `*` allows",
        "アクセス許可の境界が `*` による許可を制限するかどうか",
    ),
    (
        "`{wanted}`, which is not a complete ARN",
        "完全な ARN ではない `{wanted}`",
    ),
    (
        "`{wanted}`, which is not an IP address range",
        "IP アドレスの範囲ではない `{wanted}`",
    ),
    (
        "`{written}`, which can't be compared",
        "比較できない `{written}`",
    ),
    ("the value of {name}", "{name} の値"),
    (
        "a NotPrincipal that doesn't name all of account, role and caller",
        "アカウント、ロール、呼び出し元のすべては指定していない NotPrincipal",
    ),
    (
        "the group is not in the authorization details",
        "認可の詳細にグループがありません",
    ),
    (
        "its document is not in the authorization details",
        "認可の詳細にドキュメントがありません",
    ),
    ("another policy of {holder}", "{holder} の別のポリシー"),
    ("the trust policy of {role}", "{role} の信頼ポリシー"),
    ("the statement", "ステートメント"),
    ("statement {sid}", "ステートメント {sid}"),
    (
        "there is no roster of account {account}",
        "アカウント {account} の名簿がありません",
    ),
    (
        "the roster of account {account} doesn't list the caller",
        "アカウント {account} の名簿に呼び出し元がありません",
    ),
    ("group {name}", "グループ {name}"),
    ("role {name}", "ロール {name}"),
    ("user {name}", "ユーザー {name}"),
    (
        "{which} in {policy}: {statement}",
        "{policy} の {which}：{statement}",
    ),
    (
        "AWS allowed it through {statements}",
        "AWS は次のステートメントによって許可しました。{statements}",
    ),
    (
        "; {unseen}, so rolewatch can't tell which of the caller's own policies allowed it",
        "。{unseen}。このため、呼び出し元のどのポリシーが許可したかはわかりません",
    ),
    (
        "; this assumes that these conditions hold, which the records don't show: {conditions}",
        "。ただし、次の条件が満たされていたことが前提で、記録からは確認できません：{conditions}",
    ),
    (
        ". The rosters were taken {times}; at the time of the switch, the settings may have been different.",
        "。名簿は {times} のものです。切り替えの時点では設定が異なっていた可能性があります。",
    ),
    (" To prevent it, {changes}", "防ぐ方法：{changes}"),
    ("; and ", "。または、"),
    ("at {taken}", "{taken} 時点"),
    ("at an unknown time", "時刻不明"),
    (
        "allowed by {policies}, as far as the rosters show",
        "許可したポリシー：{policies}（名簿からわかる範囲）",
    ),
    ("allowed by {policies}", "許可したポリシー：{policies}"),
    (
        "remove {which} in {policy}",
        "{policy} の {which} を削除する",
    ),
    (
        "add to {policy}: {told}",
        "{policy} に次のステートメントを追加する：{told}",
    ),
    (
        "change {which} in {policy} to {told}",
        "{policy} の {which} を次の内容に変更する：{told}",
    ),
    (
        "more combinations than rolewatch tries",
        "rolewatch が試す範囲を超える数の組み合わせ",
    ),
    (
        "more values of {key} than rolewatch tries",
        "rolewatch が試す範囲を超える数の {key} の値",
    ),
    (
        "group {group} isn't in the roster of Identity Center (line {line} of the policy)",
        "グループ {group} が Identity Center の名簿にありません（ポリシーの {line} 行目）",
    ),
    (
        "permission set {set} isn't in the roster of Identity Center (line {line} of the policy)",
        "許可セット {set} が Identity Center の名簿にありません（ポリシーの {line} 行目）",
    ),
    (
        "the roster of identity store {store} isn't used: `identity_center` in the policy has `identity_store: {identity_store}`",
        "ID ストア {store} の名簿は使いません。ポリシーの `identity_center` は `identity_store: {identity_store}` です",
    ),
    (
        "the roster of identity store {store} isn't used: the policy has no `identity_center`",
        "ID ストア {store} の名簿は使いません。ポリシーに `identity_center` がありません",
    ),
    (
        "no roster of Identity Center was supplied",
        "Identity Center の名簿がありません",
    ),
    (
        "the roster of Identity Center has no {names}",
        "Identity Center の名簿に {names} がありません",
    ),
    (
        "RW104 can't tell who can take {names}: {why}; supply a roster with PermissionSets and AccountAssignments (docs/audit.md shows how to take one)",
        "RW104：誰が {names} を使えるか確認できません：{why}。PermissionSets と AccountAssignments を含む名簿を補ってください（取得方法は docs/audit.ja.md）",
    ),
    (
        "user {name} is in groups",
        "ユーザー {name} がグループに属しています",
    ),
    ("{arn} is attached", "{arn} がアタッチされています"),
    ("the policy names {names}", "ポリシーに {names} があります"),
    (
        "the list of {word} ({key}) of {account} is empty, but {against}; if the details were exported with `--filter`, export them again without it: `aws iam get-account-authorization-details`",
        "{account} の{word}の一覧（{key}）が空ですが、{against}。`--filter` を付けて取得した場合は、付けずに取得し直してください：`aws iam get-account-authorization-details`",
    ),
    (
        "; {policy} is an AWS managed policy and can't be edited, so add the `Deny` to another policy of {holder}",
        "。{policy} は編集できない AWS 管理ポリシーのため、{holder} の別のポリシーに `Deny` を追加してください",
    ),
    ("users", "ユーザー"),
    ("groups", "グループ"),
    ("roles", "ロール"),
    ("policies", "ポリシー"),
    (
        "its list of users (UserDetailList) was not supplied",
        "ユーザーの一覧（UserDetailList）がありません",
    ),
    (
        "its list of groups (GroupDetailList) was not supplied",
        "グループの一覧（GroupDetailList）がありません",
    ),
    (
        "its list of roles (RoleDetailList) was not supplied",
        "ロールの一覧（RoleDetailList）がありません",
    ),
    (
        "its list of policies (Policies) was not supplied",
        "ポリシーの一覧（Policies）がありません",
    ),
    (
        "the last page of its authorization details was not supplied",
        "認可の詳細の最後のページがありません",
    ),
    (
        "no authorization details for {account} were supplied",
        "{account} の認可の詳細がありません",
    ),
    (
        "no list of {word} ({key}) for {account} was supplied",
        "{account} の{word}の一覧（{key}）がありません",
    ),
    (
        "the last page of the authorization details for {account} was not supplied",
        "{account} の認可の詳細の最後のページがありません",
    ),
    ("account {account}: {why}", "アカウント {account}：{why}"),
    (
        "its authorization details were not supplied",
        "認可の詳細がありません",
    ),
    (
        "who joins it: no current user could enter",
        "誰が加わるか（現在のユーザーには切り替えられる人がいません）",
    ),
    (
        "role {role} in {account} as {session}",
        "{account} のロール {role}（セッション {session}）",
    ),
    ("role {role} in {account}", "{account} のロール {role}"),
    (
        "patterns that are too numerous or too long to try",
        "多すぎるか長すぎて試せないパターン",
    ),
    (
        "whether group {name} has the id {id}: no group in the supplied files has that id",
        "グループ {name} の ID が {id} かどうか（ファイルに、その ID のグループがありません）",
    ),
    (
        "group {group} doesn't exist (line {line} of the policy)",
        "グループ {group} は存在しません（ポリシーの {line} 行目）",
    ),
    (
        "RW106 was not checked: no credential report was supplied",
        "RW106 は判定していません。認証情報レポートがありません",
    ),
    ("{names} and {more} more", "{names} ほか {more} 件"),
];
