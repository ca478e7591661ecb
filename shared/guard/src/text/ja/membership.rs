//! Who was in which group.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    (
        "an assignment changed at {hidden}, and the record doesn't show which one",
        "{hidden} に割り当てが変更されましたが、どの割り当てかが記録にありません",
    ),
    (
        "an assignment of the permission set changed in the same second",
        "同じ秒に、許可セットの割り当てが変更されています",
    ),
    (
        "an assignment of the permission set was deleted at {time}, and no later roster shows that it is gone",
        "{time} に許可セットの割り当てが削除されましたが、削除後であることを示す、より新しい名簿がありません",
    ),
    (
        "rosters contradict each other about the assignments of the permission set, and the logs don't show the change",
        "許可セットの割り当てについて名簿どうしが矛盾し、ログにも変更がありません",
    ),
    (
        "nothing shows the assignments of the permission set then",
        "その時点での許可セットの割り当てを示すものがありません",
    ),
    (
        "a roster lists a membership that began before the switch, but the logs show that the user wasn't in the group",
        "名簿によればメンバーになったのは切り替えより前ですが、ログによればユーザーはグループに属していませんでした",
    ),
    (
        "the user left the group at {time}, but a roster of {store} doesn't list them in it, and the logs don't show who added them",
        "ユーザーは {time} にグループから外れましたが、{store} の名簿ではメンバーになっておらず、誰が追加したかもログにありません",
    ),
    (
        "the rosters of {store} contradict each other, and the logs don't show the change",
        "{store} の名簿どうしが矛盾し、ログにも変更がありません",
    ),
    (
        "there is no roster of {store}, and the logs don't show any change to this membership",
        "{store} の名簿がなく、このグループへの追加や除外もログにありません",
    ),
    (
        "the roster of {store} doesn't list user id {user}",
        "{store} の名簿にユーザー ID {user} がありません",
    ),
    (
        "the roster of {store} is incomplete, so a user's absence from the group proves nothing",
        "{store} の名簿が不完全なため、名簿にないことは、グループに属していない証明になりません",
    ),
    ("identity store {store}", "ID ストア {store}"),
    (
        "the user or the group was deleted in the same second as the switch",
        "切り替えと同じ秒に、ユーザーまたはグループが削除されています",
    ),
    (
        "the membership changed in the same second as the switch",
        "切り替えと同じ秒に、グループへの追加または除外がありました",
    ),
    (
        "in the same second as the switch, {what}",
        "切り替えと同じ秒の出来事があります：{what}",
    ),
    (
        "the group was changed at {time}, and the record doesn't show how",
        "{time} にグループが変更されましたが、変更内容が記録にありません",
    ),
    (
        "a group was changed at {time}, and the record doesn't show which one or how",
        "{time} にいずれかのグループが変更されましたが、どのグループがどう変更されたかが記録にありません",
    ),
    (
        "a membership was deleted at {time}, and neither the logs nor a roster show whose it was",
        "{time} にメンバーが 1 人外されましたが、誰が外されたかはログにも名簿にもありません",
    ),
    (
        "the group was created with members at {time}, and the record doesn't show who they are",
        "{time} にメンバーとともにグループが作成されましたが、メンバーが誰かが記録にありません",
    ),
    (
        "the copies of a record from {time} about the user or the group contradict each other",
        "ユーザーまたはグループに関する {time} の記録の写しどうしが矛盾しています",
    ),
    (
        "a roster shows that the membership began at {time}, and the logs don't show that",
        "名簿によれば {time} にメンバーになっていますが、ログにはその記録がありません",
    ),
    (
        "the user or the group was deleted at {time}",
        "{time} にユーザーまたはグループが削除されました",
    ),
    (
        "{what}, so it isn't known who was in the group then",
        "{what}。このため、その時点で誰がグループに属していたかわかりません",
    ),
    (
        "the logs of account {account} in {home} have a gap from {from} to {to}, between the switch and the roster",
        "アカウント {account} の {home} のログが、切り替えと名簿の間の {from} から {to} まで欠落しています",
    ),
    (
        "there are no logs of account {account} in {region}, where people can sign in",
        "ユーザーがサインインできる {region} について、アカウント {account} のログがありません",
    ),
    (
        "the logs of account {account} in {region}, where people can sign in, have a gap from {from} to {to}",
        "ユーザーがサインインできる {region} について、アカウント {account} のログが {from} から {to} まで欠落しています",
    ),
    (
        "the user changed in the same second as the switch, and may have been disabled",
        "切り替えと同じ秒にユーザーが変更されており、無効化された可能性があります",
    ),
    (
        "a roster lists the user as disabled, and the logs don't show when that was",
        "名簿ではユーザーが無効になっていますが、いつ無効化されたかがログにありません",
    ),
    (
        "the user was enabled later, and the logs don't show when they were disabled",
        "ユーザーは後で有効化されましたが、いつ無効化されたかがログにありません",
    ),
    (
        "the user was changed at {since}, and the record doesn't show whether that disabled them",
        "{since} にユーザーが変更されましたが、それが無効化だったかどうかが記録にありません",
    ),
    (
        "the user or the group was created at {born}, but the logs don't show who added the user after that",
        "{born} にユーザーまたはグループが作成されましたが、その後で誰がユーザーを追加したかがログにありません",
    ),
    (
        "the changes at {time} don't show whether the user was in the group after them",
        "{time} の変更の後にユーザーがグループに属していたかどうかが、記録からわかりません",
    ),
    (
        "the user left the group at {time}, but a roster of account {account} doesn't list them in it, and the logs don't show who added them",
        "ユーザーは {time} にグループから外れましたが、アカウント {account} の名簿ではメンバーになっておらず、誰が追加したかもログにありません",
    ),
    (
        "the rosters of account {account} contradict each other, and the logs don't show the change",
        "アカウント {account} の名簿どうしが矛盾し、ログにも変更がありません",
    ),
    (
        "there is no roster of account {account}, and the logs don't show any change to this membership",
        "アカウント {account} の名簿がなく、このグループへの追加や除外もログにありません",
    ),
    (
        "the roster of account {account} doesn't list user id {user}",
        "アカウント {account} の名簿にユーザー ID {user} がありません",
    ),
    (
        "the roster of account {account} is truncated, so a user's absence from the group proves nothing",
        "アカウント {account} の名簿が途中で切れているため、名簿にないことは、グループに属していない証明になりません",
    ),
    (
        "the logs of account {account} have a gap from {from} to {to}, between the switch and its roster",
        "アカウント {account} のログが、切り替えと名簿の間の {from} から {to} まで欠落しています",
    ),
    (
        "the logs don't show which Region records the IAM events of account {account}, so changes between the switch and its roster may be missing; logs with any IAM event would show it",
        "アカウント {account} の IAM のイベントがどのリージョンに記録されるかがログからわからないため、切り替えと名簿の間の変更が欠けている可能性があります。IAM のイベントを含むログがあればわかります",
    ),
];
