//! What the daily digest says.

/// The words of the digest. `{n}`, `{who}` and so on are filled in.
#[derive(Debug, Clone, Copy)]
pub struct DigestWords {
    /// The headline.
    pub title: &'static str,
    /// When nobody has to do anything, with `{switches}`, `{people}` and `{time}`.
    pub quiet: &'static str,
    /// When somebody has.
    pub summary: &'static str,
    /// One switch, and several.
    pub switches: [&'static str; 2],
    /// One person, and several.
    pub people: [&'static str; 2],
    /// `{h}` hours and `{m}` minutes.
    pub hours: &'static str,
    /// `{m}` minutes.
    pub minutes: &'static str,
    /// Less than a minute.
    pub moment: &'static str,
    /// Nobody receives e-mail of the operations topic.
    pub nobody: &'static str,
    /// Nobody does yet: a subscription waits for its confirmation.
    pub pending: &'static str,
    /// Whether anybody does could not be found out.
    pub recipients_unknown: &'static str,
    /// Alerts without an acknowledgement, `{n}`.
    pub unacknowledged: &'static str,
    /// One of them: `{what}`, and `{time}` since when.
    pub since: &'static str,
    /// Accounts from whose Regions a probe didn't come back, `{n}`.
    pub unanswered: &'static str,
    /// Accounts and regions that are silent, `{n}`.
    pub silent: &'static str,
    /// One of them: `{what}`, and `{time}` at which something was heard last.
    pub heard: &'static str,
    /// One of them of which nothing was ever heard.
    pub never: &'static str,
    /// Messages in quarantine, `{n}`.
    pub quarantined: &'static str,
    /// They could not be counted.
    pub uncounted: &'static str,
    /// Findings that are violations, `{n}`, and `{rules}`.
    pub broken: &'static str,
    /// Unproven findings, `{n}`.
    pub unproven: &'static str,
    /// Suppressions, `{n}`.
    pub suppressions: &'static str,
    /// One that has ended: `{rule}`, `{caller}`, `{owner}`, `{date}`.
    pub over: &'static str,
    /// One that will.
    pub ends: &'static str,
    /// Use by person and role, `{n}`.
    pub held: &'static str,
    /// One of them: `{who}`, `{role}`, `{switches}`, `{time}`.
    pub held_by: &'static str,
    /// The longest stretch: `{what}`, `{time}`, and `{began}`.
    pub longest: &'static str,
    /// Switches never seen used, `{n}`, and `{which}`.
    pub unused: &'static str,
    /// Below the e-mail.
    pub mail_note: &'static str,
}

pub(super) const EN: DigestWords = DigestWords {
    title: "Daily digest",
    quiet: "Nothing to report: {switches} by {people}, {time} elevated.",
    summary: "{switches} by {people}, {time} elevated.",
    switches: ["1 switch", "{n} switches"],
    people: ["1 person", "{n} people"],
    hours: "{h} h {m} min",
    minutes: "{m} min",
    moment: "under a minute",
    nobody: "Alarms reach nobody: the operations topic has no confirmed e-mail subscription, so \
             alerts also wait whenever Slack fails. \
             Deploy with an address as OperationsEmail, or subscribe one to the topic, and \
             confirm it",
    pending: "Alarms reach nobody yet: the e-mail subscription of the operations topic isn't \
              confirmed, so alerts also wait whenever Slack fails. \
              Open the link in the e-mail from AWS Notifications. After 48 hours AWS deletes the \
              subscription",
    recipients_unknown: "Can't tell whether alarms reach anybody: the subscriptions of the \
                         operations topic couldn't be listed. \
                         The log of session-auditor says why",
    unacknowledged: "Alerts that nobody acknowledged: {n}",
    since: "{what}, since {time}",
    unanswered: "Accounts from which no events arrive, or not from every Region: {n}",
    silent: "Silent for 24 hours: {n}",
    heard: "{what}, last heard {time}",
    never: "{what}, never heard",
    quarantined: "In quarantine since yesterday: {n}",
    uncounted: "What is in quarantine could not be counted",
    broken: "Rules broken: {n} ({rules})",
    unproven: "Not proved, of the last 7 days: {n}",
    suppressions: "Suppressions that ended or soon will: {n}",
    over: "{rule} for {caller} ended {date} ({owner})",
    ends: "{rule} for {caller} ends {date} ({owner})",
    held: "By person and role: {n}",
    held_by: "{who} in {role}: {switches}, {time}",
    longest: "Longest: {what}, {time} from {began}",
    unused: "Never seen used: {n} ({which})",
    mail_note: "Slack gets the same. No digest on some day means that rolewatch, or the way to \
                you, is broken.",
};

pub(super) const JA: DigestWords = DigestWords {
    title: "日次まとめ",
    quiet: "報告事項なし: {people}が{switches}、昇格時間は{time}。",
    summary: "{people}が{switches}、昇格時間は{time}。",
    switches: ["1回切り替え", "{n}回切り替え"],
    people: ["1人", "{n}人"],
    hours: "{h}時間{m}分",
    minutes: "{m}分",
    moment: "1分未満",
    nobody: "アラームを受け取る人がいません: 運用トピックに確認済みのメールサブスクリプションがありません。Slack に障害が発生すると、\
             通知も届きません。OperationsEmail にメールアドレスを指定してデプロイするか、トピックにアドレスを登録し、確認を完了してください",
    pending: "アラームを受け取る人がまだいません: 運用トピックのメールサブスクリプションが確認されていません。Slack に障害が発生すると、\
              通知も届きません。AWS Notifications からのメールにあるリンクを開いてください。48 時間を過ぎると、AWS がサブスクリプションを削除します",
    recipients_unknown: "アラームを受け取る人がいるか確認できません: 運用トピックのサブスクリプションを一覧表示できませんでした。\
                         理由は session-auditor のログにあります",
    unacknowledged: "確認応答のないアラート: {n}件",
    since: "{what}、{time}から",
    unanswered: "イベントが届かないアカウント (一部のリージョンの場合を含む): {n}件",
    silent: "24時間イベントが届いていない: {n}件",
    heard: "{what}、最後は{time}",
    never: "{what}、一度も届いていない",
    quarantined: "昨日からの隔離: {n}件",
    uncounted: "隔離されたメッセージを数えられませんでした",
    broken: "ルール違反: {n}件 ({rules})",
    unproven: "未証明 (過去7日間): {n}件",
    suppressions: "期限切れ、または期限の近い抑制: {n}件",
    over: "{rule} {caller}: {date}に終了 ({owner})",
    ends: "{rule} {caller}: {date}まで ({owner})",
    held: "人とロールごと: {n}件",
    held_by: "{who} → {role}: {switches}、{time}",
    longest: "最長: {what}、{began}から{time}",
    unused: "使用が確認されなかった切り替え: {n}件 ({which})",
    mail_note: "同じ内容がSlackにも届きます。まとめが届かない日は、rolewatchか通知経路が壊れています。",
};
