//! Everything else about switches: notices, names, places.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    ("permission set `{set}`", "許可セット `{set}`"),
    ("the logs", "ログ"),
    ("the roster", "名簿"),
    ("the authorization details", "認可の詳細"),
    (
        "no role matches {pattern}; did you mean {near}, which is in {place}?",
        "{pattern} に一致するロールがありません。{place} にある {near} のことですか",
    ),
    ("{more} more", "ほか {more} 件"),
    (
        "no role matches {pattern}; did you mean {near}, which are in {place}?",
        "{pattern} に一致するロールがありません。{place} にある {near} のことですか",
    ),
    ("role {pattern}", "ロール {pattern}"),
    (
        "{role} doesn't appear in the logs",
        "{role} はログに出てきません",
    ),
    (
        "{role} doesn't appear in any roster of its account or in the logs; is it misspelled?",
        "{role} は、そのアカウントの名簿にもログにも出てきません。書き間違いではありませんか",
    ),
    (
        "no role in the authorization details matches {pattern}",
        "認可の詳細に、{pattern} に一致するロールがありません",
    ),
    (
        "line {line} of the policy: {sentence}",
        "ポリシーの {line} 行目：{sentence}",
    ),
    (
        "so many copies of its records contradict each other that rolewatch can't judge this switch",
        "互いに矛盾する記録の写しが多すぎるため、この切り替えを判定できません",
    ),
    (
        "the verdict depends on which of the contradicting copies of event {events} is correct",
        "イベント {events} の、互いに矛盾する写しのどれが正しいかによって、判定が変わります",
    ),
    (
        "the suppression of {rule} for {caller} (owner {owner}) expired on {until} and no longer hides anything",
        "{caller} に対する {rule} の抑制（責任者 {owner}）は {until} に期限が切れ、もう何も隠していません",
    ),
    (
        "can't tell when the roster of account {account} was taken; give it as FILE@TIME",
        "アカウント {account} の名簿がいつのものかわかりません。FILE@TIME の形で指定してください",
    ),
    (
        "the roster of account {account} is truncated, so a user's absence from a group proves nothing",
        "アカウント {account} の名簿が途中で切れているため、名簿にないことは、グループに属していない証明になりません",
    ),
    (
        "group `{group}` from the policy doesn't appear in any roster of its account or in the logs",
        "ポリシーのグループ `{group}` が、そのアカウントの名簿にもログにも出てきません",
    ),
    (
        "{doubtful} console steps are in roles whose path isn't known; a pattern in the policy may match them, so supply the roster of their account",
        "パスのわからないロールでのコンソールの操作が {doubtful} 件あります。ポリシーのパターンに一致する可能性があるため、そのアカウントの名簿を指定してください",
    ),
    (
        "{conflicts} records came in copies that contradict each other; anything that depends on the difference is unproven",
        "{conflicts} 件の記録に、互いに矛盾する写しがあります。その違いで結果が変わる判定は、すべて未確認です",
    ),
    (
        "according to the logs, a sign-in at Identity Center has lasted {span} since {from}; `sign_in_lasts` in the policy says {lasts}",
        "ログによれば、{from} 以降、Identity Center のサインインの有効期間は {span} ですが、ポリシーの `sign_in_lasts` は {lasts} です",
    ),
    (
        "at {from}, somebody changed how long a sign-in at Identity Center lasts, and the new value can't be read",
        "{from} に Identity Center のサインインの有効期間が変更されましたが、新しい値を読み取れません",
    ),
    (
        "group `{group}` from the policy doesn't appear in any roster of Identity Center or in the logs",
        "ポリシーのグループ `{group}` が、Identity Center の名簿にもログにも出てきません",
    ),
    (
        "the policy turns this rule off: {reason}",
        "ポリシーでこのルールを無効にしています：{reason}",
    ),
    ("permission set {set}", "許可セット {set}"),
    ("{role} in {account}", "{role}（{account}）"),
    (
        "a permission set (account unknown)",
        "許可セット（アカウント不明）",
    ),
    (
        "the root user of {account} was denied when trying to enter {place}",
        "{account} のルートユーザーが {place} に切り替えようとして拒否されました",
    ),
    (
        "{who} was denied root credentials (AssumeRoot)",
        "{who} がルート認証情報の取得（AssumeRoot）を拒否されました",
    ),
    (
        "a roster shows it, and the logs show no change",
        "名簿にあり、ログに変更がありません",
    ),
    ("changes in the logs show it", "ログの変更からわかります"),
    (
        "since {time}, added by {who}",
        "{time} から（追加者：{who}）",
    ),
    ("since {time}", "{time} から"),
    (
        "{rule} {name} is turned off (line {line} of the policy): {reason}",
        "{rule} {name} は無効です（ポリシーの {line} 行目）：{reason}",
    ),
    (
        "{off}; switches that depend on it don't count as clean",
        "{off}。このルールによって判定が変わる切り替えは、問題なしには数えません",
    ),
    (", ", "、"),
    ("{items} and {last}", "{items} と {last}"),
    (" or ", " または "),
    (" and ", " と "),
];
