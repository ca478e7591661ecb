//! The texts for when nobody receives e-mail any more, and when somebody does again.

/// The texts, with the placeholder `{time}`.
#[derive(Debug, Clone, Copy)]
pub struct RecipientsWords {
    /// The headline when nobody is left.
    pub lost: &'static str,
    /// What that means.
    pub lost_means: &'static str,
    /// What to do when nobody is subscribed.
    pub nobody: &'static str,
    /// What to do when a subscription is waiting for its confirmation.
    pub pending: &'static str,
    /// The headline when there is a recipient again.
    pub back: &'static str,
    /// What that means.
    pub back_means: &'static str,
}

pub(super) const EN: RecipientsWords = RecipientsWords {
    lost: "Alarms no longer reach anybody",
    lost_means: "Since {time} (when rolewatch noticed), the operations topic has had no confirmed \
                 e-mail subscription. CloudWatch alarms and notices about problems with \
                 rolewatch reach nobody. If Slack fails, alerts wait instead of coming by e-mail.",
    nobody: "Subscribe an e-mail address to the topic and open the link that AWS sends to it. If \
             nobody was supposed to unsubscribe, look for \
             `Unsubscribe` in the CloudTrail event history of the hub's account.",
    pending: "A subscription is waiting for its confirmation: open the link in the e-mail from \
              AWS Notifications within 48 hours. SNS also \
              deactivates a subscription that gets too many e-mails.",
    back: "RESOLVED · CloudWatch alarms are delivered again",
    back_means: "Since {time} (when rolewatch noticed), the operations topic has had a confirmed \
                 e-mail subscription.",
};

pub(super) const JA: RecipientsWords = RecipientsWords {
    lost: "アラームを受け取る人がいなくなりました",
    lost_means: "{time}（rolewatch が検知した時刻）以降、運用トピックに確認済みのメールサブスクリプションがありません。CloudWatch アラームや \
                 rolewatch 自体の障害のお知らせは誰にも届きません。Slack に障害が発生した場合、通知はメールで届かず、保留されます。",
    nobody: "トピックにメールアドレスを登録し、AWS から届くメールのリンクを開いてください。登録解除に心当たりがない場合は、ハブのアカウントの CloudTrail イベント履歴で \
             `Unsubscribe` を確認してください。",
    pending: "確認待ちのサブスクリプションがあります。48 時間以内に、AWS Notifications からのメールにあるリンクを開いてください。なお、SNS は、\
              送信数が多すぎるサブスクリプションも無効にします。",
    back: "【解消】アラームが再び届くようになりました",
    back_means: "{time}（rolewatch が検知した時刻）以降、運用トピックに確認済みのメールサブスクリプションがあります。",
};
