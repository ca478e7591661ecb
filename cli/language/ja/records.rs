//! What a record of CloudTrail says.

use rolewatch_guard::text::ja::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    ("caller", "呼び出し元"),
    ("error", "エラー"),
    ("name seen", "名前の記録"),
    (
        "user {name} of account {account} has the id {id}",
        "アカウント {account} のユーザー {name} の ID は {id}",
    ),
    ("role seen", "ロールの記録"),
    ("{role} has the id {id}", "{role} の ID は {id}"),
    ("an earlier copy of this record", "この記録の以前の写し"),
    ("addendum", "訂正"),
    ("corrects {which}", "{which} を訂正する"),
    ("at {created}", "{created}"),
    ("use", "利用"),
    (
        "by session {session} in {role}, created {opened}{key}",
        "{role} のセッション {session} による（作成: {opened}）{key}",
    ),
    ("used by", "使った人"),
    ("(it can't be read)", "（読み取れない）"),
    (
        "{session}; aws login or an agent made this call with credentials of that console login, which may outlast the console session (RW014)",
        "{session}（aws login かエージェントが、このコンソールログインの認証情報でこの呼び出しをした。認証情報はコンソールセッションより長く残ることがある。RW014）",
    ),
    (
        "a console step: somebody entered a role (SwitchRole)",
        "コンソールの操作：誰かがロールに切り替えた（SwitchRole）",
    ),
    (
        "a console step: the console renewed a role's credentials (RenewRole)",
        "コンソールの操作：コンソールがロールの認証情報を更新した（RenewRole）",
    ),
    (
        "a console step: somebody left a role (ExitRole)",
        "コンソールの操作：誰かがロールから戻った（ExitRole）",
    ),
    (
        "a denied attempt: IAM denied {api}",
        "拒否された試み：IAM が {api} を拒否した",
    ),
    (
        "a failed {api}, for a reason other than denied access",
        "失敗した {api}（アクセス拒否以外の理由）",
    ),
    ("a change in IAM", "IAM の変更"),
    (
        "a correction of a record, with nothing that the rules check",
        "記録の訂正（ルールが確かめるものはない）",
    ),
    (
        "a call by a session of an elevated role",
        "特権ロールのセッションによる呼び出し",
    ),
    ("sign-in", "サインイン"),
    ("another service", "ほかのサービス"),
    (
        "a record from {whose}, with nothing that the rules check",
        "{whose} の記録（ルールが確かめるものはない）",
    ),
    (
        "a call that issued credentials ({api})",
        "認証情報を発行した呼び出し（{api}）",
    ),
    (
        "a call that issued a session ({api}), as recorded in the role's account: this record shows the caller's account and id, but never whether their own session used MFA",
        "セッションを発行した呼び出し（{api}）のロール側アカウントの記録：呼び出し元のアカウントと ID はわかるが、呼び出し元のセッションが MFA を使ったかどうかはわからない",
    ),
    (
        "a call by an AWS service that issued a session ({api})",
        "セッションを発行した AWS サービスの呼び出し（{api}）",
    ),
    (
        "a call that issued a session in another account ({api}), as recorded in the caller's account: this record alone proves everything",
        "別のアカウントのセッションを発行した呼び出し（{api}）の呼び出し元アカウントの記録：この記録だけですべてがわかる",
    ),
    (
        "a call that issued a session within one account ({api}): this is its only record",
        "同じアカウントのセッションを発行した呼び出し（{api}）：記録はこれだけ",
    ),
    ("IAM user", "IAM ユーザー"),
    ("role session", "ロールのセッション"),
    ("root user", "ルートユーザー"),
    ("AWS service", "AWS サービス"),
    ("caller from another account", "別のアカウントの呼び出し元"),
    ("SAML user", "SAML ユーザー"),
    ("web identity", "ウェブ ID"),
    ("federated user", "フェデレーションユーザー"),
    ("Identity Center user", "Identity Center のユーザー"),
    (
        "none (the record has no identity)",
        "なし（記録に ID 情報がない）",
    ),
    ("identity of another kind", "ほかの種類の ID"),
    (" of account {account}", "（アカウント {account}）"),
    (", through the console", "、コンソール経由"),
    ("permanent", "長期の"),
    ("temporary", "一時的な"),
    (
        ", with a {kind} key ({key})",
        "、{kind}アクセスキー（{key}）を使用",
    ),
    ("root of", "ルートの対象"),
    ("{session}, key {key}", "{session}、キー {key}"),
    ("issued", "発行"),
    ("key {key}", "キー {key}"),
    ("granted", "有効時間"),
    ("shared id", "共有 ID"),
    (
        "{shared}; the other account's record of the call has the same id",
        "{shared}（もう一方のアカウントの記録も同じ ID を持つ）",
    ),
    ("omitted", "省略"),
    (
        "CloudTrail left out the parameters because they were too large",
        "大きすぎるため、CloudTrail がパラメーターを省いた",
    ),
    ("until {until}, for {span}", "{until} まで（{span}）"),
    (
        "for {span}, as requested; the record has no expiration",
        "要求された {span}（記録に期限がない）",
    ),
    ("for a time that can't be read", "読み取れない時間"),
    (
        "proven: the call named the device {serial}, and STS verified its code",
        "証明済み：呼び出しがデバイス {serial} を指定し、STS がそのコードを確認した",
    ),
    (
        "not shown: the call named no device; the record of the call from the caller's account has the rest",
        "不明：呼び出しはデバイスを指定していない。残りは呼び出し元のアカウントの記録にある",
    ),
    (
        "not shown: what a role session says about its own MFA proves nothing; the person's own call at the start of the role chain decides",
        "不明：ロールのセッションが自分の MFA について示すことは証拠にならない。ロールの連鎖の始まりにある本人の呼び出しが決め手になる",
    ),
    (
        "proven: the caller's session was opened with MFA",
        "証明済み：呼び出し元のセッションは MFA で開かれた",
    ),
    ("can't be read", "読み取れない"),
    (
        "disproved: the caller's session was opened without MFA",
        "反証済み：呼び出し元のセッションは MFA なしで開かれた",
    ),
    (
        "disproved: a permanent key made the call and named no device",
        "反証済み：長期のアクセスキーによる呼び出しで、デバイスを指定していない",
    ),
    (
        "not shown: the record lacks the session context of the caller's temporary key",
        "不明：呼び出し元の一時的なアクセスキーのセッションコンテキストが記録にない",
    ),
    (
        "not applicable to this kind of caller",
        "この種類の呼び出し元には当てはまらない",
    ),
    (
        "never shown in a console step",
        "コンソールの操作には決して記録されない",
    ),
    (
        "the message names none, so the attempt is counted but isn't a finding",
        "メッセージに名前がないため、試みとして数えるが検出にはしない",
    ),
    (" with the id {id}", "（ID は {id}）"),
    (
        "{what} {name} was created{id}",
        "{what} {name} が作成された{id}",
    ),
    ("{what} {name} was deleted", "{what} {name} が削除された"),
    (
        "{what} {from} was renamed to {to}",
        "{what} {from} の名前が {to} に変わった",
    ),
    (
        "the MFA device {serial} of user {user} was enabled",
        "ユーザー {user} の MFA デバイス {serial} が有効になった",
    ),
    (
        "the MFA device {serial} of user {user} was deactivated",
        "ユーザー {user} の MFA デバイス {serial} が無効になった",
    ),
    (
        "{text} in account {account}",
        "{text}（アカウント {account}）",
    ),
    (" at {moment}", "（{moment}）"),
    (" (sharedEventID {id})", "（sharedEventID {id}）"),
    (
        "the record of this call from the caller's account, in the logs of {account}{shared}: it shows who called and whether they used MFA",
        "{account}{shared} のログにある、この呼び出しの呼び出し元アカウントの記録: 誰が呼び出し、MFA を使ったかどうかがわかる",
    ),
    (
        "the call that issued the caller's own session {parent}{time}: it leads to the person at the start of the role chain",
        "呼び出し元自身のセッション {parent}{time} を発行した呼び出し：ロールの連鎖の始まりにいる人にたどり着ける",
    ),
    (
        "the GetSessionToken call that issued the caller's key {key}: it shows whether they used MFA",
        "呼び出し元のキー {key} を発行した GetSessionToken の呼び出し：MFA を使ったかどうかがわかる",
    ),
    (
        "the console's SwitchRole record, in the logs of account {account}: it shows the address that the person came from",
        "アカウント {account} のログにあるコンソールの SwitchRole の記録：接続元のアドレスがわかる",
    ),
    ("the person's account", "本人のアカウント"),
    (
        "the AssumeRole record of the same session, within {span} seconds of {time}, in the logs of {account}: it shows whether they used MFA",
        "{account} のログにある、{time} から {span} 秒以内の同じセッションの AssumeRole の記録: MFA を使ったかどうかがわかる",
    ),
    (
        "the call that issued the session {session}{time}: it shows who entered the role and whether they used MFA",
        "セッション {session}{time} を発行した呼び出し：誰がロールに切り替え、MFA を使ったかどうかがわかる",
    ),
    (", {region}", "、{region}"),
    ("a record without the usual fields", "通常の項目のない記録"),
    (
        "{name} ({source}) at {time}, event {event}",
        "{time} の {name}（{source}）、イベント {event}",
    ),
];
