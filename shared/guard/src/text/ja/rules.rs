//! Answers of the rules about switches.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    ("; ", "、"),
    ("an IAM user", "IAM ユーザー"),
    ("an Identity Center user", "Identity Center のユーザー"),
    ("a SAML user of {provider}", "{provider} の SAML ユーザー"),
    ("a SAML user", "SAML ユーザー"),
    ("a web identity of {provider}", "{provider} のウェブ ID"),
    ("a web identity", "ウェブ ID"),
    ("a service", "サービス"),
    (
        "the record shows no session tag `{key}`",
        "セッションタグ `{key}` が記録にありません",
    ),
    (
        "the record shows several values of session tag `{key}`",
        "セッションタグ `{key}` の値が記録に複数あります",
    ),
    (
        "CloudTrail left out the parameters of the call, and session tag `{key}` with them",
        "CloudTrail が呼び出しのパラメータを省略したため、セッションタグ `{key}` がわかりません",
    ),
    (
        "the caller's account is not in the policy; RW007 reports that",
        "呼び出し元のアカウントはポリシーにありません（RW007 で報告）",
    ),
    (
        "the policy doesn't require a group",
        "ポリシーはグループを求めていません",
    ),
    (
        "Identity Center issued the session to one of its users",
        "Identity Center が自身のユーザーにセッションを発行しています",
    ),
    (
        "can't tell whether {who} was in an allowed group for {place}: {why}",
        "{who} が {place} に切り替えた時点で、許可されたグループに属していたか確認できません：{why}",
    ),
    (
        "can't tell whether {who} was in an allowed group for {place}: no record links the name to a user id",
        "{who} が {place} に切り替えた時点で、許可されたグループに属していたか確認できません：名前とユーザー ID を結び付ける記録がありません",
    ),
    (
        "the policy names no session tag for it",
        "ポリシーにセッションタグの指定がありません",
    ),
    ("session tag {tag}", "セッションタグ {tag}"),
    (
        "{who} entered {place}, but session tag `{key}` was `{found}`, not `{value}`",
        "{who} が {place} に切り替えましたが、セッションタグ `{key}` の値は `{value}` ではなく `{found}` でした",
    ),
    (
        "member of {group} at that moment",
        "その時点で {group} のメンバー",
    ),
    (
        "{who} entered {place} but was not in {groups} at that moment",
        "{who} は、{place} に切り替えた時点で {groups} に属していませんでした",
    ),
    (
        "can't tell whether {who} was in {groups} when entering {place}: {why}",
        "{who} が {place} に切り替えた時点で、{groups} に属していたか確認できません：{why}",
    ),
    (
        "the logs don't contain the call that issued this session; RW006 reports that",
        "このセッションを発行した呼び出しの記録が、ログにありません（RW006 で報告）",
    ),
    (
        "can't tell which account {who} entered {place} from: the record doesn't show it",
        "{who} がどのアカウントから {place} に切り替えたか確認できません：記録にありません",
    ),
    (
        "the caller doesn't belong to an account",
        "呼び出し元はアカウントに属していません",
    ),
    (
        "the caller's account is in the policy",
        "呼び出し元のアカウントはポリシーにあります",
    ),
    (
        "{who} entered {place} from account {account}, which is not one of the accounts in the policy",
        "{who} が、ポリシーにないアカウント {account} から {place} に切り替えました",
    ),
    (
        "the policy allows role chaining",
        "ポリシーはロールの連鎖を許可しています",
    ),
    (
        "a console switch is authorized by the original identity",
        "コンソールの切り替えは、元の ID の権限で行われます",
    ),
    ("entered by the console", "コンソールからの切り替えです"),
    (
        "entered by the original identity",
        "元の ID からの切り替えです",
    ),
    ("the role session {session}", "ロールのセッション {session}"),
    ("a session of role {role}", "ロール {role} のセッション"),
    (
        "{who} entered {place} from {from} instead of directly",
        "{who} が、直接ではなく{from} から {place} に切り替えました",
    ),
    (
        "{who} used {place} for {reached} within 24 hours and passed the limit of {limit} at {at}",
        "{who} による {place} の使用時間が 24 時間で {reached} に達し、{at} に上限の {limit} を超えました",
    ),
    (
        "{who} was granted {place} for {reached} within 24 hours and passed the limit of {limit} at {at}; the recorded use doesn't show whether they held it that long{at_most}",
        "{who} に付与された {place} の有効時間が 24 時間で {reached} に達し、{at} に上限の {limit} を超えました。実際にそれだけ使用したかどうかは、記録からわかりません{at_most}",
    ),
    (
        "{who} used {place} for {length} continuously, from {from} to {to}, longer than the {limit} allowed",
        "{who} が {place} を、許可された {limit} を超えて {length} 連続で使用しました（{from} から {to} まで）",
    ),
    (
        "{who} was granted {place} for {length} continuously, from {from} to {to}, longer than the {limit} allowed; the recorded use doesn't show whether they held it that long{at_most}",
        "{who} に付与された {place} の有効時間が、許可された {limit} を超えて {length} 連続しています（{from} から {to} まで）。実際にそれだけ使用したかどうかは、記録からわかりません{at_most}",
    ),
    (
        "{call} through CloudFormation",
        "CloudFormation 経由で {call}",
    ),
    (
        "{who} called {call} on {resource} in account {account}; the call {does}",
        "{who} が、アカウント {account} の {resource} に対して {call} を呼び出しました。この呼び出しは、{does}ものです",
    ),
    (
        "{who} called {call} on {resource} in account {account}, which failed ({error}); the call {does}",
        "{who} が、アカウント {account} の {resource} に対して {call} を呼び出しましたが、失敗しました（{error}）。この呼び出しは、{does}ものです",
    ),
    (
        "{who} called {call} in account {account}, which failed ({error}); the call {does}",
        "{who} が、アカウント {account} で {call} を呼び出しましたが、失敗しました（{error}）。この呼び出しは、{does}ものです",
    ),
    (
        "{who} called {call} in account {account}, and the record doesn't show whether this affects rolewatch; the call {does}",
        "{who} が、アカウント {account} で {call} を呼び出しました。rolewatch に影響するかどうかは、記録からわかりません。この呼び出しは、{does}ものです",
    ),
    (
        "{who} called {call} on {resource} in account {account}, and the record doesn't show whether this affects rolewatch; the call {does}",
        "{who} が、アカウント {account} の {resource} に対して {call} を呼び出しました。rolewatch に影響するかどうかは、記録からわかりません。この呼び出しは、{does}ものです",
    ),
    (
        "{who} called {call} in account {account} with parameters so large that CloudTrail omitted them, so its target isn't known; the call {does}",
        "{who} が、アカウント {account} で {call} を呼び出しました。CloudTrail が省略するほどパラメータが大きいため、対象がわかりません。この呼び出しは、{does}ものです",
    ),
    (
        "{who} called {call} in account {account}, and the record doesn't name its target; the call {does}",
        "{who} が、アカウント {account} で {call} を呼び出しました。対象が記録にありません。この呼び出しは、{does}ものです",
    ),
    (
        "; a record shows a lifetime that can't be read, which counts as twelve hours",
        "（有効期間を読み取れない記録があり、12 時間として数えています）",
    ),
    (
        "the policy sets no min_membership",
        "ポリシーに min_membership の指定がありません",
    ),
    ("no membership to check", "確認すべきグループがありません"),
    (
        "the membership is older than the logs",
        "ログが始まる前からのメンバーです",
    ),
    (
        "no membership is proven; RW001 reports that",
        "グループに属していたことを確認できません（RW001 で報告）",
    ),
    ("member for {age}", "メンバーになって {age}"),
    (
        "{who} entered {place} {age} after {joined}; the policy requires {limit}",
        "{who} は、{joined}から {age} 後に {place} に切り替えました。ポリシーが求める期間は {limit} です",
    ),
    (
        "being added to {group} (a roster shows when; the logs don't show by whom)",
        "{group} に追加されて（時刻は名簿からわかりますが、追加した人はログにありません）",
    ),
    (
        "adding themselves to {group}",
        "自分自身を {group} に追加して",
    ),
    (
        "being added to {group} by {granter}",
        "{granter} によって {group} に追加されて",
    ),
    (
        "the policy sets no min_mfa_age",
        "ポリシーに min_mfa_age の指定がありません",
    ),
    (
        "the switch isn't proven to use MFA; RW002 reports that",
        "MFA を使ったことを確認できません（RW002 で報告）",
    ),
    (
        "the logs show no enrollment",
        "ログにデバイスの登録がありません",
    ),
    ("the device is {age} old", "デバイスの登録から {age}"),
    (
        "{who} entered {place} with an MFA device that was enrolled {age} earlier; the policy requires {limit}",
        "{who} は、登録から {age} しかたっていない MFA デバイスで {place} に切り替えました。ポリシーが求める期間は {limit} です",
    ),
    (
        "an MFA device was enrolled {age} before {who} entered {place}, but the logs don't prove that it was theirs",
        "{who} が {place} に切り替える {age} 前に MFA デバイスが登録されましたが、本人のものかどうかはログからわかりません",
    ),
    (
        "no device was enrolled just before the sign-in",
        "サインインの直前に登録されたデバイスはありません",
    ),
    (
        "{who} signed in with MFA {age} after enrolling a device, and then entered {place}; the policy requires {limit}",
        "{who} は、デバイスを登録してから {age} 後に MFA を使ってサインインし、その後 {place} に切り替えました。ポリシーが求める期間は {limit} です",
    ),
    (
        "{who} enrolled an MFA device {age} before a sign-in that the session in {place} may come from; but the session may come from another sign-in, or copies of a record contradict each other",
        "{who} は、{place} のセッションのもとになりうるサインインの {age} 前に MFA デバイスを登録しました。ただし、セッションが別のサインインによるものである可能性、または記録の写しどうしが矛盾している可能性があります",
    ),
    ("no access to check", "確認すべき権限がありません"),
    ("the session wasn't used", "セッションは使用されていません"),
    (
        "no access is proven that could end",
        "終了しうる権限を確認できません",
    ),
    (
        "no use after the access ended",
        "権限が終了した後の使用はありません",
    ),
    (
        "can't tell whether {who} still had access to {place} after {since}, when it may have ended; the session was used until {time}: {missing}",
        "{since} に終了した可能性のある {place} への権限を、{who} がその後も持っていたか確認できません。セッションは {time} まで使用されています：{missing}",
    ),
    (" (changed by {who})", "（変更者：{who}）"),
    (
        "; the records don't show when the credentials expire",
        "。認証情報の有効期限は記録にありません",
    ),
    (
        "; the credentials are valid until {until}",
        "。認証情報の有効期限は {until} です",
    ),
    (
        "{who} used {place} until {time}, although their access ended at {since}{by}{until}",
        "{who} は {since} に権限を失いましたが{by}、{time} まで {place} を使用していました{until}",
    ),
    ("an unknown account", "不明なアカウント"),
    (
        "the root user of {account} entered {place}",
        "{account} のルートユーザーが {place} に切り替えました",
    ),
    ("not root", "ルートではありません"),
    (
        "the policy allows AssumeRoot",
        "ポリシーは AssumeRoot を許可しています",
    ),
    (
        "{who} got root credentials of {target} with AssumeRoot",
        "{who} が AssumeRoot で {target} のルート認証情報を取得しました",
    ),
    ("account {target}", "アカウント {target}"),
    (
        "an account that the record doesn't name",
        "記録に示されていないアカウント",
    ),
    (
        "the policy sets no max_session",
        "ポリシーに max_session の指定がありません",
    ),
    ("a console switch", "コンソールでの切り替えです"),
    (
        "the record's expiration can't be read",
        "記録の有効期限を読み取れません",
    ),
    (
        "the record shows no expiration",
        "有効期限が記録にありません",
    ),
    (
        "can't tell how long the credentials that {who} got for {place} are valid: {why}",
        "{who} が取得した {place} の認証情報の有効期間を確認できません：{why}",
    ),
    (
        "{who} got credentials for {place} that are valid for {granted}, longer than the {limit} allowed",
        "{who} が取得した {place} の認証情報の有効期間は {granted} で、許可された {limit} を超えています",
    ),
    (
        "granted {granted} of at most {limit}",
        "付与された有効期間は {granted}（上限 {limit}）",
    ),
    (
        "aws login or an agent worked with the session, and no record shows when the session itself ended",
        "`aws login` またはエージェントがこのセッションを使用しましたが、セッション自体がいつ終わったかを示す記録がありません",
    ),
    (
        "{who} was still using {place} {reached} after entering it, from {from} to {to}, though one set of credentials may last at most {limit}: {means}",
        "{who} は、{place} に切り替えてから {reached} 後もまだ使用していました（{from} から {to} まで）。1 組の認証情報の有効期間は最長 {limit} です。{means}",
    ),
    (
        "{who} could use {place} for {reached} after entering it, from {from} to {to}, though one set of credentials may last at most {limit}: {means}; the recorded use doesn't show whether they did{at_most}",
        "{who} は、{place} に切り替えてから {reached} にわたって使用できる状態でした（{from} から {to} まで）。1 組の認証情報の有効期間は最長 {limit} です。{means}。実際に使用したかどうかは、記録からわかりません{at_most}",
    ),
    ("once", "1 回"),
    ("{count} times", "{count} 回"),
    (
        "the role was entered again from its own session {times}",
        "ロール自身のセッションから同じロールに {times}切り替え直しています",
    ),
    (
        "the console renewed it {times}",
        "コンソールが {times}更新しています",
    ),
    (
        "it was used after its credentials had expired, for example in a console that was opened with them",
        "認証情報の期限が切れた後も使用されています（その認証情報で開いたコンソールなど）",
    ),
    (
        "aws login or an agent worked with it, and it was used after the console session had ended",
        "`aws login` またはエージェントが使用し、コンソールのセッションが終わった後も使用が続いています",
    ),
    (", and ", "。また、"),
    ("twice", "2 回"),
    (
        "{who} was denied {times} when trying to enter {place}",
        "{who} が {place} に切り替えようとして {times}拒否されました",
    ),
    (
        "the policy doesn't require MFA",
        "ポリシーは MFA を求めていません",
    ),
    ("MFA was used", "MFA を使用しています"),
    (
        "{who} entered {place} without MFA: {how}",
        "{who} が MFA なしで {place} に切り替えました：{how}",
    ),
    (
        "can't tell whether {who} used MFA when entering {place}: {missing}",
        "{who} が {place} に切り替えた際に MFA を使用したか確認できません：{missing}",
    ),
    (
        "can't tell whether {who} used MFA when entering {place}",
        "{who} が {place} に切り替えた際に MFA を使用したか確認できません",
    ),
    (
        "not a user's own call",
        "ユーザー自身の呼び出しではありません",
    ),
    (
        "{who} entered {place} without MFA: session tag `{key}` was `{found}`, not `{value}`",
        "{who} が MFA なしで {place} に切り替えました：セッションタグ `{key}` の値は `{value}` ではなく `{found}` でした",
    ),
    (
        "AWS doesn't record how a SAML user signed in, and the policy names no session tag (`mfa_tag`) that shows it",
        "SAML ユーザーがどのようにサインインしたかは AWS に記録されず、それを示すセッションタグ（`mfa_tag`）の指定もポリシーにありません",
    ),
    (
        "AWS doesn't record how a web identity signed in",
        "ウェブ ID がどのようにサインインしたかは AWS に記録されません",
    ),
    ("{kind} is allowed", "{kind} は許可されています"),
];
