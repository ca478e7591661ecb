//! Plans to revoke sessions.

use rolewatch_guard::text::ja::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    (
        "Plan to revoke the sessions of finding {id}",
        "検知 {id} のセッションを失効させる手順",
    ),
    ("{rule} {name}: {message}", "{rule} {name}：{message}"),
    (
        "As of {time}. Nothing was changed. To apply the plan, you need {permissions}.",
        "{time} 時点の手順です。まだ何も変更していません。適用に必要な権限：{permissions}。",
    ),
    ("What the plan doesn't stop", "この手順では止まらないもの"),
    (
        "iam:PutRolePolicy on the role",
        "ロールへの iam:PutRolePolicy",
    ),
    (
        ", entered from a session above",
        "、上のセッションからの切り替え",
    ),
    (
        "Option 1: revoke only the sessions of {person}",
        "選択肢 1：{person} のセッションだけを失効させる",
    ),
    (
        "Option 2: revoke every session of the permission set",
        "選択肢 2：許可セットの全セッションを失効させる",
    ),
    (
        "Option 2: revoke every session of the role",
        "選択肢 2：ロールの全セッションを失効させる",
    ),
    (
        "Revoke every session of the permission set",
        "許可セットの全セッションを失効させる",
    ),
    (
        "Revoke every session of the role",
        "ロールの全セッションを失効させる",
    ),
    ("  inline policy {name}", "  インラインポリシー {name}"),
    ("cuts off", "失効するセッション"),
    ("no session we know of", "わかる範囲ではなし"),
    ("also cut off", "巻き添えになるセッション"),
    ("nobody we know of", "わかる範囲ではなし"),
    (
        "to save the policy; where to put it is below:",
        "ポリシーを保存するには（適用先は下に示します）：",
    ),
    (
        "with credentials of {account}; check the account with the first command:",
        "{account} の認証情報を使用。最初のコマンドでアカウントを確認：",
    ),
    (
        "remove it after {time} (nothing left to block by then):",
        "{time} より後に削除（その時点で拒否するものは残っていません）：",
    ),
    ("an unknown time", "不明な時刻"),
    ("last used {last}", "最後の使用 {last}"),
    (
        ", entered from a session that is cut off",
        "、失効するセッションからの切り替え",
    ),
    (
        ", possibly entered from a session that is cut off",
        "、失効するセッションからの切り替えの可能性あり",
    ),
    (" of {place}", "（{place}）"),
    (
        "{person}: session {session}{place} since {since}, until {until}, {used}{how}",
        "{person}：セッション {session}{place}、{since} から {until} まで、{used}{how}",
    ),
    (
        "sso:PutInlinePolicyToPermissionSet and sso:ProvisionPermissionSet, or organizations:CreatePolicy and organizations:AttachPolicy",
        "sso:PutInlinePolicyToPermissionSet と sso:ProvisionPermissionSet、または organizations:CreatePolicy と organizations:AttachPolicy",
    ),
    (
        "sso:PutInlinePolicyToPermissionSet and sso:ProvisionPermissionSet, or organizations:CreatePolicy and organizations:AttachPolicy; and iam:PutRolePolicy on the other roles",
        "sso:PutInlinePolicyToPermissionSet と sso:ProvisionPermissionSet、または organizations:CreatePolicy と organizations:AttachPolicy。加えて、ほかのロールへの iam:PutRolePolicy",
    ),
    (
        "What to look up for the commands below",
        "下のコマンドに必要な値の調べ方",
    ),
    (
        "Where to put the policy, in one of these places",
        "ポリシーの適用先（次のいずれか 1 つ）",
    ),
    (
        "What only stops new sessions, in this order",
        "新しいセッションだけを止める方法（この順に実施）",
    ),
    ("What has no effect", "効果のないもの"),
    (
        "With credentials of {account}.",
        "{account} の認証情報を使用。",
    ),
    (
        "Remove it after {time} (nothing left to block by then).",
        "{time} より後に削除（その時点で拒否するものは残っていません）。",
    ),
];
