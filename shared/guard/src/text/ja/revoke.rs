//! Plans to revoke sessions.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    (
        "Their access comes from their assignment in IAM Identity Center, or from a session of such a role.",
        "このアクセスは、IAM Identity Center での割り当て、またはそのようなロールのセッションによるものです。",
    ),
    (
        "Their access comes from the identity provider; the role's trust policy sets the conditions.",
        "このアクセスは ID プロバイダーによるものです。条件はロールの信頼ポリシーで決まります。",
    ),
    (
        "An AWS service gets such sessions on its own: stop what runs there, or change the role's trust policy.",
        "AWS のサービスは、このようなセッションを自動的に取得します。そこで動いているものを止めるか、ロールの信頼ポリシーを変更してください。",
    ),
    (
        "The records don't identify them well enough to lock them out; the role's trust policy says who can enter.",
        "記録から本人を十分に特定できないため、締め出すことができません。切り替えられる相手は、ロールの信頼ポリシーで確認できます。",
    ),
    (
        "What only stops new sessions is listed above.",
        "新しいセッションだけを止める方法は、上に示しています。",
    ),
    (
        "What only stops new sessions is listed above. To deny them too, leave the condition on aws:TokenIssueTime out of the policy for the person; the policy then has to stay as long as they may not enter.",
        "新しいセッションだけを止める方法は、上に示しています。新しいセッションも拒否するには、本人用のポリシーから aws:TokenIssueTime の条件を外してください。その場合、切り替えを禁止する間はポリシーを残す必要があります。",
    ),
    (
        "New switches: sessions issued from {at} on are not denied, so {who} can enter {place} again immediately.",
        "新しい切り替え：{at} 以降に発行されるセッションは拒否されないため、{who} はすぐに {place} に切り替え直せます。",
    ),
    (
        "New switches: sessions issued from {at} on are not denied. {who} was deleted at {deleted}, so nobody can enter {place} as this user again; a user with the same name is a different user.",
        "新しい切り替え：{at} 以降に発行されるセッションは拒否されません。ただし {who} は {deleted} に削除されているため、このユーザーとして {place} に切り替え直すことはできません。同じ名前のユーザーがいても別のユーザーです。",
    ),
    (
        "They aren't in any of the groups that the policy names for this role, so their access comes from something else.",
        "このロールについてポリシーが指定するグループのどれにも属していないため、このアクセスはほかのものによります。",
    ),
    (
        "The name of the user with the id {id} at {at} is unknown.",
        "ID {id} のユーザーの {at} 時点の名前はわかりません。",
    ),
    (
        "{who} joined {written} at {joined}, after the switch.",
        "{who} は切り替えの後、{joined} に {written} に追加されています。",
    ),
    ("to remove them from the group", "グループから外すには"),
    (
        "to remove them from the group, if the command above lists it",
        "グループから外すには（上のコマンドの一覧にある場合）",
    ),
    (
        "{who} was in {written} at {last}; rolewatch can't tell whether they still are at {at}.",
        "{who} は {last} の時点で {written} に属していましたが、{at} の時点でも属しているかはわかりません。",
    ),
    (
        "{who} was not in {written} at {last}; rolewatch can't tell whether they are in it at {at}. If not, their access comes from something else.",
        "{who} は {last} の時点で {written} に属していませんでしたが、{at} の時点で属しているかはわかりません。属していなければ、このアクセスはほかのものによります。",
    ),
    (
        "rolewatch can't tell whether {who} is in {written} at {at}: neither the logs nor a roster shows it.",
        "{who} が {at} の時点で {written} に属しているかは、ログからも名簿からもわかりません。",
    ),
    (
        "The finding says that {who} was not in {written}, but the logs and rosters show that they were, so rolewatch can't tell whether they are in it at {at}.",
        "検知内容では {who} は {written} に属していませんでしたが、ログと名簿によれば属していました。このため、{at} の時点で属しているかはわかりません。",
    ),
    (
        "The finding says that {who} was not in {written}, a roster lists them in it at {taken}, and the logs don't show that they joined, so rolewatch can't tell whether they are in it at {at}.",
        "検知内容では {who} は {written} に属していませんでしたが、{taken} の名簿では属しており、追加された記録はログにありません。このため、{at} の時点で属しているかはわかりません。",
    ),
    (
        "with credentials of {account}",
        "{account} の認証情報を使用",
    ),
    (
        "to list the groups that they are in, {credentials}",
        "属しているグループを一覧するには（{credentials}）",
    ),
    ("{what}, {credentials}", "{what}（{credentials}）"),
    (
        "They came through another role, and can do so again as long as they can enter that role.",
        "別のロールを経由しており、そのロールに切り替えられる限り、再び切り替えられます。",
    ),
    (
        "a statement for the role's trust policy, which denies entering it directly",
        "ロールの信頼ポリシーに加えるステートメント（直接の切り替えを拒否）",
    ),
    (
        "a statement for the role's trust policy",
        "ロールの信頼ポリシーに加えるステートメント",
    ),
    (" ", " "),
    ("{name} ({account})", "{name}（{account}）"),
    (
        "IAM takes seconds to minutes to apply a policy everywhere. Until then the session works, and if the role can call iam:DeleteRolePolicy or iam:PutRolePolicy on itself, the session can remove the denial again: check the role's policies afterward.",
        "IAM のポリシーがすべての場所に反映されるまで、数秒から数分かかります。それまでセッションは有効で、ロールが自分自身に対して iam:DeleteRolePolicy または iam:PutRolePolicy を呼び出せる場合は、セッションから拒否を取り除くことができます。適用後にロールのポリシーを確認してください。",
    ),
    (
        "Provisioning a permission set and applying the policy everywhere takes minutes. Until then the session works. A session that can change permission sets or service control policies can remove the denial again: check them afterward.",
        "許可セットのプロビジョニングとポリシーの反映には数分かかります。それまでセッションは有効です。許可セットやサービスコントロールポリシーを変更できるセッションは、拒否を取り除くことができます。適用後に確認してください。",
    ),
    (
        "Credentials of other roles, and the person's own: permanent keys, console sessions, and sessions of GetSessionToken and GetFederationToken (up to 36 hours, even after the key is deleted).",
        "ほかのロールの認証情報と、本人自身の認証情報：長期のアクセスキー、コンソールのセッション、GetSessionToken と GetFederationToken のセッション（最長 36 時間。キーを削除しても有効）。",
    ),
    (
        "What the session has already done, such as creating users, keys or roles; and sessions that the logs don't show.",
        "ユーザー、キー、ロールの作成など、セッション中にすでに行われた操作と、ログにないセッション。",
    ),
    (
        "this is a service-linked role: IAM doesn't let anyone change its policies, so its sessions can't be revoked",
        "サービスにリンクされたロールのため、IAM ではポリシーを変更できず、セッションを失効させることができません",
    ),
    (
        "IAM Identity Center manages this role, and put-role-policy is denied: add the statement to the permission set's inline policy and provision it, or to a service control policy of the account",
        "IAM Identity Center が管理するロールのため、put-role-policy は拒否されます。許可セットのインラインポリシーにステートメントを追加してプロビジョニングするか、アカウントのサービスコントロールポリシーに追加してください",
    ),
    (
        "according to the logs, none of their sessions {whose} is still valid at {as_of}; the denial only helps if one was extended and the record of that is missing",
        "ログによれば、{as_of} の時点で有効な{whose}セッションはありません。この拒否が役に立つのは、延長されていて、その記録が欠けている場合だけです",
    ),
    ("another role", "別のロール"),
    (
        "The session it was entered from: {session} in {role} (the record of the call that issued it is missing). It can enter again; revoke it in its own role.",
        "切り替え元のセッション：{role} の {session}（発行した呼び出しの記録がありません）。このセッションから再び切り替えられるため、そのロールで失効させてください。",
    ),
    (
        "The session it was entered from: {session} in {role}, which works until {until}. It can enter again; revoke it in its own role.",
        "切り替え元のセッション：{role} の {session}（{until} まで有効）。このセッションから再び切り替えられるため、そのロールで失効させてください。",
    ),
    (
        "The session it was entered from: {session} in {role}. It can enter again; revoke it in its own role.",
        "切り替え元のセッション：{role} の {session}。このセッションから再び切り替えられるため、そのロールで失効させてください。",
    ),
    (
        "{session} in {role} until {until}",
        "{role} の {session}（{until} まで）",
    ),
    ("{session} in {role}", "{role} の {session}"),
    (
        "Other sessions of {who}: {sessions}, and {more} more.",
        "{who} のほかのセッション：{sessions}、ほか {more} 件。",
    ),
    (
        "Other sessions of {who}: {sessions}.",
        "{who} のほかのセッション：{sessions}。",
    ),
    (
        "the user id of {who} in Identity Center isn't known, so the denial can't be limited to them: {why}",
        "Identity Center での {who} のユーザー ID がわからないため、拒否の対象を本人に限定できません：{why}",
    ),
    (
        "the user id of {who} in Identity Center isn't known, so the denial can't be limited to them",
        "Identity Center での {who} のユーザー ID がわからないため、拒否の対象を本人に限定できません",
    ),
    ("of this permission set", "この許可セットの"),
    (
        "Revoke sessions on the role's page in IAM, and iam:PutRolePolicy: nobody can edit the role of a permission set.",
        "IAM のロールのページの「セッションの取り消し」と iam:PutRolePolicy：許可セットのロールは誰にも編集できません。",
    ),
    (
        "the account of Identity Center",
        "Identity Center のアカウント",
    ),
    (
        "The permission set's inline policy. Once provisioned, it acts in every account where {set} is provisioned, also on sessions that the logs don't show.",
        "許可セットのインラインポリシー。プロビジョニング後は、{set} がプロビジョニングされているすべてのアカウントで効果があり、ログにないセッションにも適用されます。",
    ),
    (
        "The policy of option 1 denies all of {who}'s sessions of {set} in these accounts.",
        "選択肢 1 のポリシーは、これらのアカウントの {set} について、{who} のすべてのセッションを拒否します。",
    ),
    (
        "{account}. A delegated administrator can't change a permission set that is provisioned in the management account",
        "{account}。管理アカウントにプロビジョニングされた許可セットは、委任管理者には変更できません",
    ),
    (
        "SCPs don't bind the management account. Identity Center is in {here}, so that is most likely the management account: use the inline policy.",
        "SCP は管理アカウントには効果がありません。Identity Center は {here} にあり、ここが管理アカウントである可能性が高いため、インラインポリシーを使ってください。",
    ),
    (
        "A service control policy (SCP), attached to {here}. {what}",
        "{here} にアタッチするサービスコントロールポリシー（SCP）。{what}",
    ),
    (
        "the management account, or a delegated administrator of SCPs",
        "管理アカウント、または SCP の委任管理者",
    ),
    (
        "It acts only on accounts that it is attached to. SCPs don't bind the management account (most likely {account}, where Identity Center is): for sessions there, use the inline policy.",
        "効果があるのは、アタッチしたアカウントだけです。SCP は管理アカウント（Identity Center がある {account} の可能性が高い）には効果がないため、そこでのセッションにはインラインポリシーを使ってください。",
    ),
    (
        "It acts only on accounts that it is attached to. SCPs don't bind the management account: for sessions there, use the inline policy.",
        "効果があるのは、アタッチしたアカウントだけです。SCP は管理アカウントには効果がないため、そこでのセッションにはインラインポリシーを使ってください。",
    ),
    (
        "The policy of option 1 denies {who}'s sessions of every permission set there.",
        "選択肢 1 のポリシーは、そのアカウントのすべての許可セットについて、{who} のセッションを拒否します。",
    ),
    (
        "Deleting their account assignments.",
        "アカウントの割り当ての削除。",
    ),
    (
        "Removing them from groups that have an assignment. If the groups come from an external directory, remove them there.",
        "割り当てのあるグループからの除外。外部のディレクトリのグループの場合は、そのディレクトリで外してください。",
    ),
    (
        "Ending their sessions of the access portal. There is no command: in the Identity Center console, choose Users, the user, Active sessions, Delete session.",
        "アクセスポータルのセッションの終了。コマンドはありません。Identity Center コンソール → ユーザー → 該当ユーザー → アクティブなセッション → セッションを削除。",
    ),
    (
        "Disabling the user. There is no command: in the Identity Center console, choose Users, the user, Disable user access; with an external directory, disable them there. Until their portal session ends, they can still enter what is assigned to them.",
        "ユーザーの無効化。コマンドはありません。Identity Center コンソール → ユーザー → 該当ユーザー → ユーザーアクセスを無効化。外部のディレクトリの場合は、そのディレクトリで無効にしてください。ポータルのセッションが終わるまでは、割り当てられたものに切り替えられます。",
    ),
    (
        "no record shows the session's id (`AROA…:name`), so the denial can't be narrowed to it",
        "セッションの ID（`AROA…:name`）が記録にないため、拒否の対象をこのセッションに限定できません",
    ),
    (
        "the policy has {size} characters; all inline policies of a role together can have at most {most}",
        "ポリシーは {size} 文字です。1 つのロールのインラインポリシーは、合計で {most} 文字までです",
    ),
    ("in this role", "このロールの"),
    (
        "`{name}` is not a valid name for an IAM role, so no command is printed",
        "`{name}` は IAM のロール名として正しくないため、コマンドを表示しません",
    ),
    (
        "to see whose credentials you use",
        "使用中の認証情報を確認するには",
    ),
    (
        "to look up INSTANCE_ARN and the id of its identity store",
        "INSTANCE_ARN とその ID ストアの ID を調べるには",
    ),
    (
        "to look up PERMISSION_SET_ARN, the ARN next to the name {set}",
        "PERMISSION_SET_ARN（{set} という名前の横の ARN）を調べるには",
    ),
    (
        "to look up USER_ID, the user who is named {session} now, which may be another person",
        "USER_ID（現在 {session} という名前のユーザー。別人の可能性があります）を調べるには",
    ),
    (
        "to save the present inline policy, which the new one replaces (an empty file: there is none)",
        "新しいポリシーで置き換えられる、現在のインラインポリシーを保存するには（ファイルが空なら、ポリシーなし）",
    ),
    (
        "to replace the inline policy",
        "インラインポリシーを置き換えるには",
    ),
    (
        "to provision it to all its accounts, which prints REQUEST_ID",
        "すべてのアカウントにプロビジョニングするには（REQUEST_ID を表示）",
    ),
    (
        "to see the status, which is SUCCEEDED once that is done",
        "状況を確認するには（完了すると SUCCEEDED）",
    ),
    (
        "to add the statement in deny.json to it; look at the result",
        "deny.json のステートメントを追加するには（結果を確認してください）",
    ),
    (
        "to remove the statement from it",
        "ステートメントを取り除くには",
    ),
    (
        "instead of the last command, if no statement is left",
        "ステートメントが残っていない場合は、最後のコマンドの代わりに",
    ),
    (
        "to create the policy, which prints POLICY_ID",
        "ポリシーを作成するには（POLICY_ID を表示）",
    ),
    (
        "to attach it to the account",
        "アカウントにアタッチするには",
    ),
    ("to detach the policy", "ポリシーをデタッチするには"),
    ("to delete it", "削除するには"),
    (
        "to list the assignments that give the person access, directly or through a group",
        "本人にアクセスを与えている割り当て（直接またはグループ経由）を一覧するには",
    ),
    (
        "if the list has one of this permission set with PrincipalType USER",
        "一覧に、この許可セットの PrincipalType が USER の割り当てがある場合",
    ),
    (
        "to list their groups, each with MEMBERSHIP_ID",
        "属しているグループを、MEMBERSHIP_ID とともに一覧するには",
    ),
    (
        "if a group in this list has an assignment in the list above",
        "この一覧のグループに、上の一覧の割り当てがある場合",
    ),
];
