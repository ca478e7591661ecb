//! Reviews.

use rolewatch_guard::text::ja::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    (
        "The files aren't enough to tell whether these break a rule. Each line says what the answer depends on.",
        "これらがルール違反かどうかは、ファイルだけでは判定できません。各行に、何によって判定が変わるかを示しています。",
    ),
    (
        "The files contain no elevated role of the policy, so nothing was checked.",
        "ファイルにポリシーの特権ロールがないため、何も判定していません。",
    ),
    (
        "The files show nothing that the policy forbids, but they aren't complete: the lines below say what is missing.",
        "ファイルからは、ポリシーに反する許可は見つかりません。ただし、ファイルが不完全です。何が不足しているかを下に示します。",
    ),
    (
        "As far as the files show, IAM allows nothing that the policy forbids.",
        "ファイルからわかる限り、IAM はポリシーに反することを許可していません。",
    ),
    ("Suppressed: {count}", "抑制：{count} 件"),
    (
        "{reason}, {owner}, until {until}",
        "{reason}、{owner}、{until} まで",
    ),
    ("{message} ({owner})", "{message}（{owner}）"),
    ("accounts", "アカウント"),
    ("not in the policy", "ポリシーになし"),
    ("{id} ({name}): {counts}", "{id}（{name}）：{counts}"),
    ("directory", "ディレクトリ"),
    ("{n} elevated role", "特権ロール {n} 件"),
    ("{n} elevated roles", "特権ロール {n} 件"),
    (
        "{elevated}; {violations}, {unproven} unproven, {suppressed} suppressed",
        "{elevated}。{violations}、未確認 {unproven} 件、抑制 {suppressed} 件",
    ),
    (
        "some files couldn't be read or aren't complete, so findings may be missing below; stderr lists each with its reason",
        "読み取れないか不完全なファイルがあるため、以下に検知が漏れている可能性があります。それぞれの理由は標準エラー出力に示します",
    ),
    ("{what} not supplied", "{what}なし（未提供）"),
    ("{count} {what}", "{what} {count} 件"),
    ("{n} permission set", "許可セット {n} 件"),
    ("{n} permission sets", "許可セット {n} 件"),
    ("permission sets not supplied", "許可セットなし（未提供）"),
    ("{n} assignment", "割り当て {n} 件"),
    ("{n} assignments", "割り当て {n} 件"),
    ("assignments not supplied", "割り当てなし（未提供）"),
    (
        "{store} (Identity Center): {users}, {groups}, {sets}, {assignments}",
        "{store}（Identity Center）：{users}、{groups}、{sets}、{assignments}",
    ),
    ("{n} user", "ユーザー {n} 件"),
    ("{n} users", "ユーザー {n} 件"),
    ("{n} group", "グループ {n} 件"),
    ("{n} groups", "グループ {n} 件"),
    (
        "{gap}, so one finding is unproven: {rules} for {about}. `--format json` lists each.",
        "{gap}。このため、{about} についての {rules} の検知 1 件が未確認です（`--format json` で個別に表示）。",
    ),
    (
        "{gap}, so {count} findings are unproven: {rules} for {about}. `--format json` lists each.",
        "{gap}。このため、{about} についての {rules} の検知 {count} 件が未確認です（`--format json` で個別に表示）。",
    ),
    (", unproven", "、未確認"),
    (
        "current statement in {place}:",
        "{place} の現在のステートメント：",
    ),
    ("current setting:", "現在の設定："),
    ("now", "現在"),
    ("do", "対応"),
    ("fix", "修正"),
    (
        "delete this statement: nothing else is in it",
        "このステートメントを削除（ほかの内容はありません）",
    ),
    ("delete it", "削除"),
    (
        "keep it, and add this to another policy of the same user, group, or role:",
        "そのまま残し、同じユーザー、グループ、ロールの別のポリシーに次のステートメントを追加：",
    ),
    ("replace it with:", "次の内容に置き換え："),
];
