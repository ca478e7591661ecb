//! The texts of the daily digest.

/// The texts of the digest, with placeholders such as `{n}` and `{who}`.
#[derive(Debug, Clone, Copy)]
pub struct DigestWords {
    /// The headline.
    pub title: &'static str,
    /// Used when nobody has to do anything, with `{switches}`, `{people}` and `{time}`.
    pub quiet: &'static str,
    /// Used when somebody has to.
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
    /// Nobody receives the operations topic's e-mail.
    pub nobody: &'static str,
    /// Nobody does yet: a subscription is waiting for its confirmation.
    pub pending: &'static str,
    /// It couldn't be determined whether anybody does.
    pub recipients_unknown: &'static str,
    /// Alerts that aren't acknowledged as delivered, `{n}`.
    pub unacknowledged: &'static str,
    /// One of them: `{what}`, and since when, `{time}`.
    pub since: &'static str,
    /// Accounts with Regions from which a probe didn't come back, `{n}`.
    pub unanswered: &'static str,
    /// Accounts and regions that are silent, `{n}`.
    pub silent: &'static str,
    /// One of them: `{what}`, and the time of the last record, `{time}`.
    pub heard: &'static str,
    /// One of them that never had a record.
    pub never: &'static str,
    /// Messages in quarantine, `{n}`.
    pub quarantined: &'static str,
    /// They could not be counted.
    pub uncounted: &'static str,
    /// A directory of Identity Center that wasn't read for a day: `{store}`, and its latest roster,
    /// `{time}`.
    pub unread_directory: &'static str,
    /// People who signed in at Identity Center without MFA: `{n}`.
    pub signed_in_without_mfa: &'static str,
    /// People in an elevated role whom no roster lists: `{n}`.
    pub unlisted: &'static str,
    /// Findings that are violations, `{n}`, and `{rules}`.
    pub broken: &'static str,
    /// How often one rule was broken: `{rule}`, `{n}`, `{severity}`.
    pub broken_rule: &'static str,
    /// Unproven findings, `{n}`.
    pub unproven: &'static str,
    /// First steps, by rule.
    pub steps: &'static str,
    /// Where there is room for one line: `{step}`.
    pub only_step: &'static str,
    /// One of them: `{rule}`, `{step}`, and `{command}`, which prints the other steps.
    pub step: &'static str,
    /// Suppressions, `{n}`.
    pub suppressions: &'static str,
    /// One that has ended: `{rule}`, `{caller}`, `{owner}`, `{date}`.
    pub over: &'static str,
    /// One that will.
    pub ends: &'static str,
    /// Rules that the policy turns off, `{rules}`.
    pub rules_off: &'static str,
    /// One of them: `{rule}` and `{reason}`.
    pub rule_off: &'static str,
    /// Use by person and role, `{n}`.
    pub held: &'static str,
    /// One of them: `{who}`, `{role}`, `{switches}`, `{time}`.
    pub held_by: &'static str,
    /// The longest stretch: `{what}`, `{time}`, and `{began}`.
    pub longest: &'static str,
    /// Switches without recorded activity, `{n}`, and `{which}`.
    pub unused: &'static str,
    /// The separator of a list in one line.
    pub comma: &'static str,
    /// Below the e-mail.
    pub mail_note: &'static str,
}

pub(super) const EN: DigestWords = DigestWords {
    title: "Daily digest",
    quiet: "Nothing to report: {switches} by {people}, {time} in elevated roles.",
    summary: "{switches} by {people}, {time} in elevated roles.",
    switches: ["1 switch", "{n} switches"],
    people: ["1 person", "{n} people"],
    hours: "{h} h {m} min",
    minutes: "{m} min",
    moment: "under a minute",
    nobody: "CloudWatch alarms don't reach anybody: the operations topic has no confirmed e-mail \
             subscription. If Slack fails, alerts wait instead of coming by e-mail. \
             Deploy with an address as OperationsEmail, or subscribe one to the topic. Then \
             confirm the subscription.",
    pending: "CloudWatch alarms don't reach anybody yet: the e-mail subscription of the \
              operations topic isn't confirmed. If Slack fails, alerts wait instead of coming by e-mail. \
              Open the link in the e-mail from AWS Notifications. AWS deletes the subscription \
              after 48 hours.",
    recipients_unknown: "Can't tell whether alarms reach anybody: the subscriptions of the \
                         operations topic couldn't be listed. \
                         The log of session-auditor says why.",
    unacknowledged: "Alerts not confirmed as delivered: {n}",
    since: "{what}, since {time}",
    unanswered: "Accounts with no events from at least one Region: {n}",
    silent: "No events for 24 hours: {n}",
    heard: "{what}, last event {time}",
    never: "{what}: no events ever received",
    quarantined: "Messages quarantined since yesterday: {n}",
    uncounted: "Couldn't count the messages in quarantine",
    unread_directory: "Identity Center's directory {store} wasn't read for a day: the last roster is \
                       from {time}",
    signed_in_without_mfa: "People who signed in at Identity Center without MFA: {n}",
    unlisted: "People in an elevated role whom Identity Center's latest roster doesn't list: {n}",
    broken: "Violations: {n} ({rules})",
    broken_rule: "{rule} ×{n} {severity}",
    unproven: "Unproven in the last 7 days: {n}",
    steps: "What to do first",
    only_step: "What to do first: {step}",
    step: "{rule}: {step} More steps: {command}",
    suppressions: "Suppressions that ended or end soon: {n}",
    over: "{rule} for {caller} ended on {date} ({owner})",
    ends: "{rule} for {caller} ends on {date} ({owner})",
    rules_off: "Rules turned off: {rules}",
    rule_off: "{rule} ({reason})",
    held: "Use by person and role: {n}",
    held_by: "{who} in {role}: {switches}, {time}",
    longest: "Longest use: {what}, {time} from {began}",
    unused: "No recorded activity: {n} ({which})",
    comma: ", ",
    mail_note: "Slack gets the same digest. If a day passes without a digest, rolewatch or its \
                delivery to you is broken.",
};

pub(super) const JA: DigestWords = DigestWords {
    title: "日次まとめ",
    quiet: "報告事項はありません：{people}が {switches}、特権ロールの使用時間は {time}。",
    summary: "{people}が {switches}、特権ロールの使用時間は {time}。",
    switches: ["1 回切り替え", "{n} 回切り替え"],
    people: ["1 人", "{n} 人"],
    hours: "{h} 時間 {m} 分",
    minutes: "{m} 分",
    moment: "1 分未満",
    nobody: "アラームを受け取る人がいません：運用トピックに確認済みのメールサブスクリプションがありません。Slack に障害が発生した場合、\
             通知はメールで届かず、保留されます。OperationsEmail にメールアドレスを指定してデプロイするか、トピックにメールアドレスを登録してください。\
             その後、サブスクリプションの確認を完了してください。",
    pending: "アラームを受け取る人がまだいません：運用トピックのメールサブスクリプションの確認が完了していません。Slack に障害が発生した場合、\
              通知はメールで届かず、保留されます。AWS Notifications からのメールにあるリンクを開いてください。48 時間を過ぎると、AWS がサブスクリプションを削除します。",
    recipients_unknown: "アラームを受け取る人がいるか確認できません：運用トピックのサブスクリプションの一覧を取得できませんでした。\
                         理由は session-auditor のログにあります。",
    unacknowledged: "受信が確認できていない通知：{n} 件",
    since: "{what}、{time} から",
    unanswered: "イベントが届いていないアカウント（一部のリージョンのみの場合を含む）：{n} 件",
    silent: "24 時間イベントが届いていないアカウント・リージョン：{n} 件",
    heard: "{what}、最後のイベントは {time}",
    never: "{what}、これまでイベントの受信なし",
    quarantined: "昨日以降に隔離されたメッセージ：{n} 件",
    uncounted: "隔離されたメッセージの件数を確認できませんでした",
    unread_directory: "Identity Center のディレクトリ {store} は 1 日以上読み取られていません：最後の名簿は {time}",
    signed_in_without_mfa: "Identity Center に MFA なしでサインインした人：{n} 人",
    unlisted: "特権ロールを使った人のうち、Identity Center の最新の名簿にない人：{n} 人",
    broken: "ルール違反：{n} 件（{rules}）",
    broken_rule: "{rule}【{severity}】{n} 件",
    unproven: "未確認（過去 7 日間）：{n} 件",
    steps: "最初の対応",
    only_step: "最初の対応：{step}",
    step: "{rule}：{step}続きは {command}",
    suppressions: "終了した抑制、まもなく終了する抑制：{n} 件",
    over: "{rule} {caller}：{date} に終了（{owner}）",
    ends: "{rule} {caller}：{date} まで（{owner}）",
    rules_off: "無効にしているルール：{rules}",
    rule_off: "{rule}（{reason}）",
    held: "ユーザー・ロール別の使用状況：{n} 件",
    held_by: "{who} → {role}：{switches}、{time}",
    longest: "最長の使用：{what}、{began} から {time}",
    unused: "使用の記録がない切り替え：{n} 件（{which}）",
    comma: "、",
    mail_note: "同じ内容が Slack にも届きます。日次まとめが届かない日は、rolewatch または通知経路に障害が発生しています。",
};
