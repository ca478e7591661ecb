//! What an event of IAM Identity Center says.

use rolewatch_guard::text::ja::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    (
        "a change in the directory of Identity Center",
        "Identity Center のディレクトリの変更",
    ),
    (
        "a change of Identity Center's settings",
        "Identity Center の設定の変更",
    ),
    (
        "a change to who can access what through Identity Center",
        "Identity Center を通じて誰が何にアクセスできるかの変更",
    ),
    (
        "{what}. If the session is in an elevated role, RW014 also counts what these credentials are used for after the console session has ended",
        "{what}。セッションが特権ロールのものであれば、コンソールセッションの終了後にこの認証情報が使われたことも RW014 が数えます",
    ),
    (
        "{text}. rolewatch uses it if the policy has `identity_center`",
        "{text}。ポリシーに `identity_center` があれば判定に使います",
    ),
    ("for", "対象"),
    ("change", "変更"),
    ("address", "アドレス"),
    (
        "user {user} of the identity store {store}",
        "ID ストア {store} のユーザー {user}",
    ),
    (
        "a step of a sign-in at Identity Center: it asked somebody for a credential",
        "Identity Center でのサインインの一段階：認証情報を求めた",
    ),
    (
        "a step of a sign-in at Identity Center: it verified a credential",
        "Identity Center でのサインインの一段階：認証情報を確認した",
    ),
    (
        "a failed step of a sign-in at Identity Center: the credential was wrong",
        "Identity Center でのサインインの失敗した一段階：認証情報が間違っていた",
    ),
    (
        "a successful sign-in at Identity Center",
        "Identity Center での成功したサインイン",
    ),
    (
        "a failed sign-in at Identity Center",
        "Identity Center での失敗したサインイン",
    ),
    (
        "a sign-in at Identity Center; the record doesn't say whether it succeeded",
        "Identity Center でのサインイン（成功したかどうかは記録にない）",
    ),
    ("by CLI or SDK", "CLI または SDK で"),
    ("in the console", "コンソールで"),
    (
        "a failed attempt to get credentials for a permission set from the access portal {how} ({api})",
        "アクセスポータルから{how}許可セットの認証情報を得ようとして失敗した（{api}）",
    ),
    (
        "somebody got credentials for a permission set from the access portal {how} ({api})",
        "誰かがアクセスポータルから{how}許可セットの認証情報を得た（{api}）",
    ),
    (
        "a console session allowed a client to sign in with it",
        "コンソールセッションが、クライアントにそのセッションでのサインインを許可した",
    ),
    (
        "a client asked for the credentials of a console session",
        "クライアントがコンソールセッションの認証情報を求めた",
    ),
    (
        "a client asked for a token of the access portal",
        "クライアントがアクセスポータルのトークンを求めた",
    ),
    (
        "an application asked for a token of the access portal for a person, without a sign-in",
        "アプリケーションが、サインインなしに、ある人のためにアクセスポータルのトークンを求めた",
    ),
    (", and the call failed", "。呼び出しは失敗した"),
    (
        "; whether the call succeeded can't be read",
        "（呼び出しが成功したかどうかは読み取れない）",
    ),
    ("{what} ({name}){failed}", "{what}（{name}）{failed}"),
    ("name given", "入力名"),
    (
        "{name}; a name doesn't prove who it is",
        "{name}（名前だけでは本人と証明されない）",
    ),
    (
        "the record has none that can be read",
        "読み取れるものが記録にない",
    ),
    ("credentials", "認証情報"),
    ("sign-in id", "サインイン ID"),
    (
        "{workflow}; the other records of this sign-in have the same id",
        "{workflow}（このサインインのほかの記録も同じ ID を持つ）",
    ),
    ("password", "パスワード"),
    ("authenticator app", "認証アプリ"),
    (
        "authenticator app (clock corrected)",
        "認証アプリ（時刻を補正）",
    ),
    ("security key or passkey", "セキュリティキーまたはパスキー"),
    ("code sent by e-mail", "メールで送られたコード"),
    (
        "an external identity provider, which doesn't say how",
        "外部の ID プロバイダー（方法は不明）",
    ),
    (
        "{word} (unknown to rolewatch)",
        "{word}（rolewatch の知らない種類）",
    ),
    (
        "a permission set that the record doesn't name",
        "記録に名前のない許可セット",
    ),
    ("{set}, in {account}", "{account} の {set}"),
    ("user", "ユーザー"),
    ("group", "グループ"),
    (
        "{text}, in the identity store {store}",
        "{text}（ID ストア {store}）",
    ),
    (
        "user {user} was added to group {group}",
        "ユーザー {user} がグループ {group} に追加された",
    ),
    (
        "user {user} was removed from group {group}",
        "ユーザー {user} がグループ {group} から外された",
    ),
    (
        "the membership {membership} was deleted; the record doesn't say whose it was",
        "所属 {membership} が削除された（誰のものかは記録にない）",
    ),
    ("{kind} {id} was deleted", "{kind} {id} が削除された"),
    ("a hidden name", "非公開の名前"),
    (
        "{kind} {id} was renamed to {to}",
        "{kind} {id} の名前が {to} に変わった",
    ),
    ("enabled", "有効"),
    ("disabled", "無効"),
    ("user {user} was {how}", "ユーザー {user} が{how}になった"),
    (
        "user {user} enrolled {device}",
        "ユーザー {user} が {device} を登録した",
    ),
    (
        "{device} of user {user} was removed",
        "ユーザー {user} の {device} が外された",
    ),
    ("some {kind}", "ある{kind}"),
    (
        "{which} changed; the record doesn't show how",
        "{which} が変更された（内容は記録にない）",
    ),
    ("an MFA device", "MFA デバイス"),
    ("the MFA device {device}", "MFA デバイス {device}"),
    (", with a hidden name", "（名前は非公開）"),
    (", with the id {id}", "（ID は {id}）"),
    (", and with hidden members", "（メンバーは非公開）"),
    (
        "a new {kind}{name}{id}{members}",
        "新しい{kind}{name}{id}{members}",
    ),
    ("group {id}", "グループ {id}"),
    ("user {id}", "ユーザー {id}"),
    (
        "somebody whom the record doesn't name",
        "記録に名前のない誰か",
    ),
    ("that the record doesn't name", "（記録に名前がない）"),
    (
        "{to} was assigned the permission set {set} in {account}",
        "{account} の許可セット {set} が {to} に割り当てられた",
    ),
    (
        "the assignment of the permission set {set} in {account} to {to} was deleted",
        "{account} の許可セット {set} の {to} への割り当てが削除された",
    ),
    (
        "the permission set {name} was created; its ARN is {arn}",
        "許可セット {name} が作成された（ARN は {arn}）",
    ),
    ("(name not shown)", "（名前は記録にない）"),
    ("not shown", "記録にない"),
    (
        "a sign-in at the access portal now lasts {span}",
        "アクセスポータルでのサインインの有効時間が {span} になった",
    ),
    (
        "how long a sign-in at the access portal lasts; the new value can't be read",
        "アクセスポータルでのサインインの有効時間（新しい値は読み取れない）",
    ),
    ("on behalf of", "代理の相手"),
    (
        ", an external client, such as an agent",
        "（エージェントなどの外部クライアント）",
    ),
    ("client", "クライアント"),
    ("asked with", "求めた方法"),
    ("asked for", "求めたもの"),
    ("console login", "コンソールログイン"),
];
