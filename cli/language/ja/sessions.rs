//! Lists of sessions.

use rolewatch_guard::text::ja::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    (
        "{n} session in an elevated role",
        "特権ロールのセッション {n} 件",
    ),
    (
        "{n} sessions in elevated roles",
        "特権ロールのセッション {n} 件",
    ),
    (
        "{found}; {number} hidden by the filters",
        "{found}、フィルターで除外 {number} 件",
    ),
    (
        "sessions that began at {since} or later",
        "{since} 以降に始まったセッション",
    ),
    (
        "sessions that began before {until}",
        "{until} より前に始まったセッション",
    ),
    (
        "sessions that began at {since} or later and before {until}",
        "{since} 以降、{until} より前に始まったセッション",
    ),
    ("listed", "対象"),
    (
        "The filters show no session.",
        "フィルターに一致するセッションはありません。",
    ),
    (
        "No record was read, so there is nothing to list.",
        "記録を 1 件も読み取っていないため、一覧はありません。",
    ),
    ("+ the session hadn't ended yet", "+ セッションは継続中"),
    (
        "? no record shows the end; the time is up to the last call",
        "? 終了を示す記録なし（時間は最後の呼び出しまで）",
    ),
    (
        "~ estimated, because there were many calls",
        "~ 呼び出しが多いための推定値",
    ),
    (
        "R/W: calls that only read, and other calls",
        "R/W：読み取りだけの呼び出しと、それ以外の呼び出し",
    ),
    (
        "MFA {sign}: not required by the policy",
        "MFA {sign}：ポリシーが求めていない",
    ),
    (
        "MFA {sign}: not checked, because of another finding",
        "MFA {sign}：ほかの検知により判定していない",
    ),
    ("RW001?: unproven", "RW001?：未確認"),
    (
        "(RW001): suppressed by the policy",
        "(RW001)：ポリシーで抑制",
    ),
    ("People", "操作者"),
    ("{span} so far", "現在まで {span}"),
    ("{span} or longer", "{span}以上"),
    (
        "; rules broken in {sessions}",
        "。ルール違反のある{sessions}",
    ),
    (
        "{sessions} in {roles}, elevated for {span}, {reads}, {writes}{broken}",
        "{roles}で{sessions}、特権ロールの使用時間 {span}、{reads}、{writes}{broken}",
    ),
    ("never", "なし"),
    ("yes", "あり"),
    ("no", "なし"),
    ("not checked", "判定せず"),
    ("not required", "不要"),
    ("FROM", "送信元"),
    ("PERSON", "操作者"),
    ("ROLE", "ロール"),
    ("HELD", "時間"),
    ("USED", "使用"),
    ("RULES", "ルール"),
    ("ENTERED", "切り替え"),
    ("never used", "使用なし"),
    ("used {used} ({calls})", "使用 {used}（{calls}）"),
    (
        "held {held}, {used}, MFA {mfa}",
        "時間 {held}、{used}、MFA {mfa}",
    ),
];
