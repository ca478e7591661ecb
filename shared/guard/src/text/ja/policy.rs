//! Warnings about a policy.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    ("line {line}: {text}", "{line} 行目：{text}"),
    (
        "no role is listed: only AssumeRoot is checked",
        "ロールの指定がないため、AssumeRoot だけを判定します",
    ),
    (
        "{role} is in account {account}, which is not in `accounts`",
        "{role} のアカウント {account} が `accounts` にありません",
    ),
    (
        "`max_session` of {limit} is never exceeded: AWS grants at most {longest}",
        "`max_session` の {limit} を超えることはありません。AWS が発行するのは最長 {longest} です",
    ),
    (
        "`max_stretch` of {stretch} is shorter than `max_session` ({session}): one session can exceed it",
        "`max_stretch` の {stretch} が `max_session`（{session}）より短いため、1 回のセッションだけで超える可能性があります",
    ),
    (
        "`max_per_day` of {limit} is never exceeded: it limits use within any 24h",
        "`max_per_day` の {limit} を超えることはありません。制限するのは任意の 24 時間の使用時間です",
    ),
    (
        "`mfa: required` can't be checked for {kinds}: the logs don't show it, so their switches are reported as {reported}; if that is intended, write `mfa: {instead}`",
        "{kinds} については `mfa: required` を確認できません。ログに記録がないため、切り替えを「{reported}」として報告します。意図したとおりであれば、`mfa: {instead}` と書いてください",
    ),
    ("unproven", "未確認"),
    (
        "{warning}; if your identity provider sets a session tag after MFA, name it: `- saml: {{mfa_tag: \"mfa=true\"}}`",
        "{warning}。ID プロバイダーが MFA の後にセッションタグを設定する場合は、そのタグを指定してください：`- saml: {{mfa_tag: \"mfa=true\"}}`",
    ),
    ("admitted by kind", "ID の種類のみで許可"),
    (
        "{warning}; to check it for `identity-center`, add `identity_center:` to the policy",
        "{warning}。`identity-center` について確認するには、ポリシーに `identity_center:` を加えてください",
    ),
    (
        "`mfa` for {kinds} has no effect: `identities` doesn't include it",
        "{kinds} についての `mfa` は効果がありません。`identities` に含まれていません",
    ),
    (
        "{kinds} in `identities` has no effect: only people of Identity Center can enter the role of a permission set",
        "`identities` の {kinds} は効果がありません。許可セットのロールに切り替えられるのは、Identity Center のユーザーだけです",
    ),
    ("it already appears", "同じものがすでに"),
    (
        "{role} already matches it",
        "{role} がすでに一致するものとして",
    ),
    (
        "{role} is never reached: {by} on line {first}",
        "{role} は使われません。{by} {first} 行目にあります",
    ),
    (
        "only the first {count} patterns with wildcards are compared with later entries, so an entry that is never reached may go unnoticed",
        "後の項目と比べるワイルドカード付きのパターンは、最初の {count} 個までです。使われない項目があっても気付けないことがあります",
    ),
    (
        "has no effect: only IAM users and people of Identity Center are in groups, and `identities` includes neither",
        "効果がありません。グループに属するのは IAM ユーザーと Identity Center のユーザーだけですが、`identities` にはどちらも含まれていません",
    ),
    (
        "`groups` of `defaults` {why}; if no group counts, write `groups: []` here",
        "`defaults` の `groups` は{why}。どのグループも対象にしない場合は、ここに `groups: []` と書いてください",
    ),
    ("`groups` {why}", "`groups` は{why}"),
    ("`min_membership` {why}", "`min_membership` は{why}"),
    (
        "`min_membership` has no effect: `groups` is empty",
        "`min_membership` は効果がありません。`groups` が空です",
    ),
    (
        "{groups} in `groups` has no effect: `identities` doesn't include `{kind}`",
        "`groups` の {groups} は効果がありません。`identities` に `{kind}` が含まれていません",
    ),
    (
        "{groups} in `groups` has no effect: `{everybody}` already allows everybody in the directory",
        "`groups` の {groups} は効果がありません。`{everybody}` がすでにディレクトリの全員を許可しています",
    ),
    (
        "`{key}` isn't checked, because {codes} is turned off",
        "{codes} が無効なため、`{key}` を判定しません",
    ),
    (
        "`{key}` isn't checked, because {codes} are turned off",
        "{codes} が無効なため、`{key}` を判定しません",
    ),
    (
        "{unchecked}, and switches that depend on it don't count as clean",
        "{unchecked}。これによって判定が変わる切り替えは、問題なしには数えません",
    ),
];
