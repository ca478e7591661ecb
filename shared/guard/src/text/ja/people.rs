//! Who made a switch, and with which proof.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    ("session {name}", "セッション {name}"),
    ("{session} (role {role})", "{session}（ロール {role}）"),
    ("the root user", "ルートユーザー"),
    ("an unknown caller", "不明な呼び出し元"),
    (
        "the Identity Center in account {other} issued the session, not the one in account {account}",
        "セッションを発行したのは、アカウント {account} ではなくアカウント {other} の Identity Center です",
    ),
    (
        "the session's own calls name {users}",
        "セッション自身の呼び出しの記録にあるユーザーが一致しません：{users}",
    ),
    (
        "copies of the access portal's record contradict each other",
        "アクセスポータルの記録の写しどうしが矛盾しています",
    ),
    (
        "the records name {users}",
        "記録によってユーザーが異なります：{users}",
    ),
    (
        "user {user} of identity store {store}",
        "ID ストア {store} のユーザー {user}",
    ),
    ("user {user}", "ユーザー {user}"),
    ("{name} (user {user})", "{name}（ユーザー {user}）"),
    (
        "somebody whom no record identifies",
        "記録からは特定できない人物",
    ),
    (
        "at that time, the access portal was called by {callers}",
        "その時点でアクセスポータルを呼び出したのは {callers} です",
    ),
    (
        "the logs of account {account} contain no call to the access portal for permission set {set}, and neither these logs nor a roster of Identity Center shows which user is named {name}",
        "アカウント {account} のログに、許可セット {set} についてのアクセスポータルの呼び出しがなく、{name} という名前のユーザーが誰かを示すものが、このログにも Identity Center の名簿にもありません",
    ),
    (
        "the logs of account {account} contain no call to the access portal, and neither these logs nor a roster of Identity Center shows which user is named {name}",
        "アカウント {account} のログにアクセスポータルの呼び出しがなく、{name} という名前のユーザーが誰かを示すものが、このログにも Identity Center の名簿にもありません",
    ),
    (
        "the person is unknown: {why}",
        "本人を特定できません：{why}",
    ),
    (
        "the call that issued the session of the permission set is missing, so it isn't known when the person signed in",
        "許可セットのセッションを発行した呼び出しの記録がないため、いつサインインしたかがわかりません",
    ),
    (
        "{who} signs in elsewhere",
        "{who} のサインイン先は別の場所です",
    ),
    (
        "a change to how long sign-ins last can't be read",
        "サインインの有効期間の変更を読み取れません",
    ),
    (
        "the logs contain no sign-in by this user from {from} to {to}; it belongs in the logs of account {account}",
        "{from} から {to} までの間に、このユーザーのサインインの記録がありません。アカウント {account} のログにあるはずです",
    ),
    (
        "between {from} and {to}, the person signed in both with and without MFA, and no record ties a sign-in to the session",
        "{from} から {to} までの間に、MFA を使ったサインインと使わなかったサインインの両方があり、どちらがこのセッションのものかを示す記録がありません",
    ),
    (
        "an external identity provider signed the person in, and Identity Center doesn't record how; if that provider asks everybody for MFA, write `external_idp: trusted` in the policy",
        "外部の ID プロバイダーでサインインしており、Identity Center にはその方法が記録されません。その ID プロバイダーが全員に MFA を求めている場合は、ポリシーに `external_idp: trusted` と書いてください",
    ),
    (
        "the record of a sign-in between {from} and {to} doesn't show which factors were used",
        "{from} から {to} までの間のサインインの記録に、どの要素を使ったかがありません",
    ),
    (
        "another sign-in may be missing: {silence}",
        "サインインの記録が欠けている可能性があります：{silence}",
    ),
    (
        "each sign-in that the session can come from shows only a password (a remembered device shows as a password too)",
        "このセッションのもとになりうるサインインは、どれもパスワードだけです（記憶されたデバイスもパスワードとして記録されます）",
    ),
    ("an application", "アプリケーション"),
    (
        "{by} got the portal session for the person with CreateTokenWithIAM, without a sign-in",
        "{by} が、本人のサインインなしに、CreateTokenWithIAM で本人のポータルのセッションを取得しました",
    ),
    ("the role chain is circular", "ロールの連鎖が循環しています"),
    (
        "the records of the session it was entered from contradict each other",
        "切り替え元のセッションの記録どうしが矛盾しています",
    ),
    ("the caller's account", "呼び出し元のアカウント"),
    ("account {account}", "アカウント {account}"),
    (
        "the record's `creationDate` can't be read, so the call that issued the caller's session {session} can't be found",
        "記録の `creationDate` を読み取れないため、呼び出し元のセッション {session} を発行した呼び出しを特定できません",
    ),
    (
        "the record of this switch from {account} is missing, so the caller is known only as role session {session}",
        "{account} のこの切り替えの記録がないため、呼び出し元は、ロールのセッション {session} ということしかわかりません",
    ),
    (
        "the call that issued the caller's session {session} is missing; it belongs in the logs of {account}",
        "呼び出し元のセッション {session} を発行した呼び出しの記録がありません。{account} のログにあるはずです",
    ),
    (
        "the console switched from {arn}, and the record that shows how that session started is missing",
        "コンソールでの切り替え元は {arn} ですが、そのセッションがどのように始まったかを示す記録がありません",
    ),
    (
        "the logs don't contain the call that issued this session",
        "このセッションを発行した呼び出しの記録が、ログにありません",
    ),
    (
        "the logs don't contain the call that issued this session, which began at {second}; they contain only its activity",
        "{second} に始まったこのセッションを発行した呼び出しの記録が、ログにありません。ログにあるのはセッション中の操作だけです",
    ),
    (
        "the logs don't contain the call that issued this session; they contain only the console's {step} record",
        "このセッションを発行した呼び出しの記録が、ログにありません。ログにあるのはコンソールの {step} の記録だけです",
    ),
    (
        "the logs contain only the console's SwitchRole record of this switch; the AssumeRole record from account {accounts} is missing",
        "ログにあるのは、コンソールの SwitchRole の記録だけです。アカウント {accounts} の AssumeRole の記録がありません",
    ),
    (
        "the record doesn't show which identity provider it was",
        "どの ID プロバイダーかが記録にありません",
    ),
    (
        "the record doesn't show who made the call",
        "誰が呼び出したかが記録にありません",
    ),
    (
        "the record of this switch from account {account} is missing, and no other record or roster names user id {shown}",
        "アカウント {account} のこの切り替えの記録がなく、ユーザー ID {shown} の名前を示す記録も名簿もありません",
    ),
    (
        "the record of this switch from {account} is missing, and the record from the role's account names no MFA device",
        "{account} のこの切り替えの記録がなく、ロールのアカウントの記録には MFA デバイスの指定がありません",
    ),
    (
        "the record's `{field}` can't be read",
        "記録の `{field}` を読み取れません",
    ),
    (
        "the caller's session was started without MFA",
        "呼び出し元のセッションは MFA なしで開始されています",
    ),
    (
        "a permanent access key ({key_end}) made the call without naming an MFA device",
        "長期のアクセスキー（{key_end}）による呼び出しで、MFA デバイスの指定がありません",
    ),
    (
        "the record has no session context for the caller's temporary key",
        "呼び出し元の一時的なキーについて、セッションの情報が記録にありません",
    ),
];
