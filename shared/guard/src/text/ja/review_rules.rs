//! Findings of the rules about the setup.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    ("who can enter {role}", "誰が {role} に切り替えられるか"),
    ("whoever is in it", "属している人"),
    ("no member yet", "現在メンバーなし"),
    (
        "whether AWS still lets the role trust itself implicitly, as roles created before September 22, 2022 could",
        "2022 年 9 月 22 日より前に作成されたロールに認められていた、自分自身への暗黙の信頼が、まだ有効かどうか",
    ),
    (
        "can't tell whether sessions of {place} can enter the role again: the role's own policies allow it, and the answer depends on {depends}",
        "{place} のセッションから同じロールに切り替え直せるか確認できません。ロール自身のポリシーは許可しています。判定を左右する条件：{depends}",
    ),
    (
        "can't tell who can enter {place} as session {session} of role {role}: {shown} has no such role in the supplied files; whoever creates it there can enter",
        "ロール {role} のセッション {session} として誰が {place} に切り替えられるか確認できません。ファイルによれば {shown} にこのロールはなく、そこでロールを作成した人が切り替えられます",
    ),
    (
        "can't tell who can enter {place} as session {session} of role {role}: {shown} has no such role; whoever creates it there can enter",
        "ロール {role} のセッション {session} として誰が {place} に切り替えられるか確認できません。{shown} にこのロールはなく、そこでロールを作成した人が切り替えられます",
    ),
    (
        "can't tell who in {shown} can enter {place}: {gap}",
        "{shown} の誰が {place} に切り替えられるか確認できません：{gap}",
    ),
    (
        "{who} can take {place}, but {why}; to delete the assignment, run `{command}`",
        "{who} が {place} を使える状態ですが、{why}。割り当てを削除するコマンド：`{command}`",
    ),
    (
        "{who} can take {place}, but {why}",
        "{who} が {place} を使える状態ですが、{why}",
    ),
    (
        "can't tell whether {who} may take {place}: {why}",
        "{who} が {place} を使えるか確認できません：{why}",
    ),
    (
        "the policy doesn't allow people of Identity Center to enter",
        "ポリシーは Identity Center のユーザーによる切り替えを許可していません",
    ),
    (
        "the policy allows only {names}",
        "ポリシーが許可しているのは {names} だけです",
    ),
    (
        "{allowed}; without a group, the access stays when the user leaves it",
        "{allowed}。グループを介さない割り当ては、ユーザーがグループから外れても残ります",
    ),
    (
        "the roster doesn't list user {user}",
        "名簿にユーザー {user} がありません",
    ),
    (
        "the roster doesn't list group {group}",
        "名簿にグループ {group} がありません",
    ),
    (
        "the roster lists several groups with this name; write the group's id in the policy",
        "名簿に同じ名前のグループが複数あります。ポリシーにはグループの ID を書いてください",
    ),
    (
        "can't tell who can take permission set {arn} in {account}: the roster's PermissionSets don't list it",
        "{account} の許可セット {arn} を誰が使えるか確認できません：名簿の PermissionSets にありません",
    ),
    (
        "can't tell who else can take {set}: the roster of identity store {store} isn't complete",
        "{set} をほかに誰が使えるか確認できません：ID ストア {store} の名簿が不完全です",
    ),
    ("1 member", "メンバー 1 人"),
    ("{count} members", "メンバー {count} 人"),
    (
        "group {group} (at least {members})",
        "グループ {group}（少なくとも{members}）",
    ),
    ("group {group} ({members})", "グループ {group}（{members}）"),
    ("group {group}", "グループ {group}"),
    (
        "user {user} (disabled today)",
        "ユーザー {user}（現在は無効）",
    ),
    ("no group", "どのグループもなし"),
    (
        "{enter}; the policy allows {allowed}",
        "{enter}状態です。ポリシーで許可されているグループ：{allowed}",
    ),
    (
        "can't tell whether {enter}: depends on {depends}; the policy allows {allowed}",
        "{enter}状態かどうか確認できません。判定を左右する条件：{depends}。ポリシーで許可されているグループ：{allowed}",
    ),
    ("{places} through {through}", "{through} 経由で {places}"),
    (
        "group {name} ({who}) can enter {places}",
        "グループ {name}（{who}）が {places} に切り替えられる",
    ),
    (
        "{name} can enter {places}",
        "{name} が {places} に切り替えられる",
    ),
    (
        "sessions of {places} can enter the role again",
        "{places} のセッションから同じロールに切り替え直せる",
    ),
    (
        "sessions of role {name} can enter {places}",
        "ロール {name} のセッションから {places} に切り替えられる",
    ),
    (
        "sessions of role {name} can enter {places} as {sessions} (whoever enters {name} chooses the session name)",
        "ロール {name} のセッション {sessions} から {places} に切り替えられる（セッション名は {name} に切り替える人が選べる）",
    ),
    (
        "sessions of role {name} can enter {places} as {sessions} (whoever enters {name} chooses the session name; a session ARN has no path, so it matches {arns})",
        "ロール {name} のセッション {sessions} から {places} に切り替えられる（セッション名は {name} に切り替える人が選べる。セッションの ARN にはパスがないため、{arns} に一致する）",
    ),
    (
        "whether members of {group} can extend the group",
        "{group} のメンバーがグループを拡大できるか",
    ),
    (
        "whether sessions of {role} can extend who can enter it",
        "{role} のセッションから、このロールに切り替えられる相手を増やせるか",
    ),
    ("members of group {name}", "グループ {name} のメンバー"),
    ("sessions of role {name}", "ロール {name} のセッション"),
    (
        "call {names} on {on} in {account}",
        "{account} の {on} に対する {names} の呼び出し",
    ),
    (
        "{who} can extend what gives them access: they can {does}{elsewhere}",
        "{who} は、自らの権限のもとになっている設定を拡大できます。可能な操作：{does}{elsewhere}",
    ),
    (
        "can't tell whether {who} can {does}: depends on {hangs}{elsewhere}",
        "{who} に次の操作ができるか確認できません：{does}。判定を左右する条件：{hangs}{elsewhere}",
    ),
    (
        "{name} in {account} has no MFA device, and the policy requires MFA to enter {role}",
        "{account} の {name} には MFA デバイスがありませんが、ポリシーは {role} への切り替えに MFA を求めています",
    ),
    (
        "can't tell whether {name} in {account} has an MFA device: the account's credential report has no line for them",
        "{account} の {name} に MFA デバイスがあるか確認できません：アカウントの認証情報レポートに該当する行がありません",
    ),
    (
        "can't tell whether {name} in {account} has an MFA device: the account's credential report was not supplied",
        "{account} の {name} に MFA デバイスがあるか確認できません：アカウントの認証情報レポートがありません",
    ),
    (
        "whether members of {group} have MFA devices",
        "{group} のメンバーに MFA デバイスがあるか",
    ),
    ("can't tell {what}: {gap}", "{what}を確認できません：{gap}"),
    (
        "how long sessions of {role} can last",
        "{role} のセッションの最長時間",
    ),
    (
        "can't tell how long sessions of {place} can last: authorization details don't include MaxSessionDuration; supply the output of `aws iam list-roles` for {account} too",
        "{place} のセッションの最長時間を確認できません：認可の詳細に MaxSessionDuration は含まれません。{account} の `aws iam list-roles` の出力も補ってください",
    ),
    (
        "{place} grants sessions of up to {longest}, longer than the {limit} allowed",
        "{place} のセッションは最長 {longest} で、許可された {limit} を超えています",
    ),
    (
        "{message}; IAM doesn't accept less than an hour, so the trust policy must limit them",
        "{message}。IAM には 1 時間未満を設定できないため、信頼ポリシーで制限する必要があります",
    ),
    (
        "{message}; to lower it, run `{command}`",
        "{message}。短くするコマンド：`{command}`",
    ),
    ("permission set {name}", "許可セット {name}"),
    (
        "can't tell how long sessions of {place} can last: the roster has no SessionDuration for it, which `aws sso-admin describe-permission-set` prints",
        "{place} のセッションの最長時間を確認できません：名簿に SessionDuration がありません（`aws sso-admin describe-permission-set` で表示できます）",
    ),
    (
        "{place} grants sessions of {lasts}, longer than the {limit} allowed (line {line} of the policy)",
        "{place} のセッションは {lasts} で、許可された {limit} を超えています（ポリシーの {line} 行目）",
    ),
    (
        "{message}; Identity Center doesn't accept less than an hour",
        "{message}。Identity Center には 1 時間未満を設定できません",
    ),
    (
        "{message}; to lower it, run `aws sso-admin update-permission-set {which} --session-duration {duration}`, then `aws sso-admin provision-permission-set {which} --target-type ALL_PROVISIONED_ACCOUNTS`",
        "{message}。短くするには、`aws sso-admin update-permission-set {which} --session-duration {duration}` に続けて `aws sso-admin provision-permission-set {which} --target-type ALL_PROVISIONED_ACCOUNTS` を実行してください",
    ),
    (
        "can't tell how long sessions of permission set {set} in {account} can last: supply a roster of Identity Center with PermissionSets, which shows the set's SessionDuration",
        "{account} の許可セット {set} のセッションの最長時間を確認できません：SessionDuration を示す PermissionSets を含む、Identity Center の名簿を補ってください",
    ),
    ("whom {role} trusts", "{role} が誰を信頼しているか"),
    (
        "{place} trusts {whom}",
        "{place} は {whom} を信頼しています",
    ),
    (
        "{place} trusts `*`, and the conditions allow {accounts}, outside the accounts in the policy{which}{asks}",
        "{place} は `*` を信頼し、条件により、ポリシーのアカウントに含まれない {accounts} を許可しています{which}{asks}",
    ),
    (
        "can't tell whether {place}, which trusts `*`, allows someone outside the accounts in the policy: depends on {depends}",
        "`*` を信頼する {place} が、ポリシーのアカウントに含まれない相手を許可しているか確認できません。判定を左右する条件：{depends}",
    ),
    (
        "{place} trusts {accounts}, outside the accounts in the policy{which}{asks}",
        "{place} は、ポリシーのアカウントに含まれない {accounts} を信頼しています{which}{asks}",
    ),
    (
        "can't tell whether {place} allows {accounts}, outside the accounts in the policy: depends on {depends}",
        "{place} が、ポリシーのアカウントに含まれない {accounts} を許可しているか確認できません。判定を左右する条件：{depends}",
    ),
    (
        ", and requires no external ID",
        "。外部 ID は求めていません",
    ),
    (
        " (it requires an external ID; if this is intended, add the account to `accounts`)",
        "（外部 ID を求めています。意図したものであれば、アカウントを `accounts` に加えてください）",
    ),
    (
        "everyone except some (NotPrincipal, which AWS doesn't support here)",
        "一部を除く全員（NotPrincipal は AWS がここでの使用を認めていません）",
    ),
    (
        "`*`, and the conditions allow every account that isn't in an organization",
        "`*`（条件により、組織に属さないすべてのアカウント）",
    ),
    (
        "`*`, and the conditions allow accounts of other organizations",
        "`*`（条件により、ほかの組織のアカウント）",
    ),
    (
        "`*`, and the conditions allow accounts that are not in the policy, such as {account}",
        "`*`（条件により、{account} などポリシーにないアカウント）",
    ),
    (
        "everyone: `*` means every AWS account",
        "全員（`*` はすべての AWS アカウントを意味します）",
    ),
    (
        ", if it isn't in an organization",
        "（組織に属していない場合）",
    ),
    (
        ", if it is in another organization",
        "（ほかの組織に属している場合）",
    ),
    (
        " (IAM Access Analyzer reports this too: {ids})",
        "（IAM Access Analyzer も報告：{ids}）",
    ),
    (
        "IAM Access Analyzer reports that {place} can be entered from outside ({ids}), but the supplied trust policy doesn't show it: one of the two is out of date",
        "IAM Access Analyzer は {place} に外部から切り替えられると報告していますが（{ids}）、信頼ポリシーからは確認できません。どちらかが古くなっています",
    ),
    ("services", "サービス"),
    (
        "{place} trusts {who} on behalf of {accounts}, outside the accounts in the policy",
        "{place} は、ポリシーのアカウントに含まれない {accounts} の代理として {who} を信頼しています",
    ),
    (
        "can't tell who is trusted to enter {place}: {why}",
        "{place} への切り替えを誰に許可しているか確認できません：{why}",
    ),
    (
        "{name}, and `identities` doesn't include {kind}",
        "{name}（`identities` に {kind} がありません）",
    ),
    (
        "anyone with an identity from {name}: no condition limits who can enter (`sub`)",
        "{name} の ID を持つ全員（切り替えられる相手を制限する条件（`sub`）がありません）",
    ),
    (
        "whether entering {role} requires MFA",
        "{role} への切り替えに MFA が必要か",
    ),
    (
        "whoever joins group {name}, which is empty today,",
        "現在は空のグループ {name} に加わる人",
    ),
    ("whoever is in group {name}", "グループ {name} に属する人"),
    (
        "with a permanent access key and with a session started without it",
        "長期のアクセスキーでも、MFA なしで開始したセッションでも",
    ),
    ("with a permanent access key", "長期のアクセスキーで"),
    (
        "with a session started without it",
        "MFA なしで開始したセッションで",
    ),
    (
        "{names} can enter {place} without MFA, {how}: {why}",
        "{names} は、{how}、MFA なしで {place} に切り替えられます：{why}",
    ),
    (
        "can't tell whether {who} can enter {place} without MFA: depends on {depends}",
        "{who} が MFA なしで {place} に切り替えられるか確認できません。判定を左右する条件：{depends}",
    ),
    ("someone", "誰か"),
    ("people in {account}", "{account} のユーザー"),
    (
        "`BoolIfExists` in this statement of the trust policy allows requests that have no aws:MultiFactorAuthPresent, such as those made with permanent keys",
        "信頼ポリシーのこのステートメントの `BoolIfExists` は、aws:MultiFactorAuthPresent のないリクエスト（長期のアクセスキーによるものなど）を許可します",
    ),
    (
        "this statement of the trust policy doesn't require it, and nothing else does",
        "信頼ポリシーのこのステートメントは MFA を求めておらず、ほかにも求めるものがありません",
    ),
];
