//! Calls against the guard.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    (
        "stops a rule that forwards events",
        "イベントを転送するルールを止める",
    ),
    (
        "deletes a rule that forwards events",
        "イベントを転送するルールを削除する",
    ),
    (
        "removes where a rule forwards events to",
        "ルールの転送先を削除する",
    ),
    (
        "changes which events a rule forwards",
        "ルールが転送するイベントを変える",
    ),
    (
        "changes where a rule forwards events to",
        "ルールの転送先を変える",
    ),
    (
        "changes who can send events to the bus",
        "バスにイベントを送れる相手を変える",
    ),
    (
        "keeps accounts from sending events to the bus",
        "アカウントがバスにイベントを送れないようにする",
    ),
    (
        "deletes the bus on which all accounts' events arrive",
        "全アカウントのイベントが届くバスを削除する",
    ),
    (
        "changes the bus on which all accounts' events arrive",
        "全アカウントのイベントが届くバスを変更する",
    ),
    (
        "deletes a queue and the messages in it",
        "キューを、中のメッセージごと削除する",
    ),
    (
        "discards the messages in a queue",
        "キューの中のメッセージを破棄する",
    ),
    (
        "changes a queue: who can send to it, how long it keeps messages",
        "キューの設定（送信できる相手、メッセージの保持期間）を変える",
    ),
    (
        "lets others use a queue",
        "ほかの相手にキューの使用を許可する",
    ),
    (
        "removes a permission from a queue",
        "キューの権限を取り除く",
    ),
    (
        "deletes a function that checks events or sends alerts",
        "イベントの判定や通知を行う関数を削除する",
    ),
    (
        "replaces the code that checks events or sends alerts",
        "イベントの判定や通知を行うコードを置き換える",
    ),
    (
        "changes the settings of a function that checks events or sends alerts",
        "イベントの判定や通知を行う関数の設定を変える",
    ),
    (
        "limits a function's concurrency, possibly to zero",
        "関数の同時実行数を（場合によっては 0 に）制限する",
    ),
    (
        "disconnects a function from its queue",
        "関数をキューから切り離す",
    ),
    (
        "changes how a function reads its queue, or stops it",
        "関数によるキューの読み取り方を変えるか、止める",
    ),
    (
        "deletes stored facts or findings",
        "保存された事実や検知結果を削除する",
    ),
    (
        "changes a table of facts or findings",
        "事実や検知結果のテーブルを変更する",
    ),
    (
        "changes when facts or findings are deleted",
        "事実や検知結果が削除される時期を変える",
    ),
    (
        "changes who can read and write facts or findings",
        "事実や検知結果を読み書きできる相手を変える",
    ),
    (
        "changes whether facts or findings can be restored",
        "事実や検知結果を復元できるかどうかを変える",
    ),
    (
        "deletes a topic that alerts are sent to",
        "通知先のトピックを削除する",
    ),
    (
        "changes a topic that alerts are sent to",
        "通知先のトピックを変更する",
    ),
    (
        "removes a recipient of the alerts",
        "通知の受信者を取り除く",
    ),
    (
        "removes a permission from a topic that alerts are sent to",
        "通知先のトピックの権限を取り除く",
    ),
    (
        "lets others use a topic that alerts are sent to",
        "ほかの相手に通知先のトピックの使用を許可する",
    ),
    (
        "makes everything that the key encrypts unreadable",
        "このキーで暗号化したものをすべて読めなくする",
    ),
    (
        "makes everything that the key encrypts unreadable, permanently once the key is deleted",
        "このキーで暗号化したものを読めなくし、キーが削除された後は元に戻せなくする",
    ),
    ("changes who can use the key", "キーを使える相手を変える"),
    (
        "stops a service from using the key",
        "サービスがキーを使えないようにする",
    ),
    (
        "deletes the bucket of the policy, rosters and quarantine, or the trail's bucket",
        "ポリシー・名簿・隔離されたメッセージのバケット、または証跡のバケットを削除する",
    ),
    (
        "changes who can read and write the policy, rosters and quarantine, or the trail's log files",
        "ポリシー・名簿・隔離されたメッセージ、または証跡のログファイルを読み書きできる相手を変える",
    ),
    (
        "changes whether earlier versions of the policy, rosters or log files are kept",
        "ポリシー・名簿・ログファイルの以前のバージョンを残すかどうかを変える",
    ),
    (
        "changes how the policy, rosters and quarantine, or log files, are encrypted",
        "ポリシー・名簿・隔離されたメッセージ、またはログファイルの暗号化方法を変える",
    ),
    (
        "changes when the policy, rosters and quarantine, or log files, are deleted",
        "ポリシー・名簿・隔離されたメッセージ、またはログファイルが削除される時期を変える",
    ),
    (
        "changes who is notified of new log files",
        "新しいログファイルの通知先を変える",
    ),
    (
        "changes how long log files are protected from deletion",
        "ログファイルを削除から保護する期間を変える",
    ),
    ("deletes the log of a function", "関数のログを削除する"),
    (
        "deletes an alarm that watches rolewatch",
        "rolewatch を監視するアラームを削除する",
    ),
    (
        "keeps an alarm that watches rolewatch from notifying anyone",
        "rolewatch を監視するアラームが誰にも届かないようにする",
    ),
    (
        "changes an alarm that watches rolewatch",
        "rolewatch を監視するアラームを変更する",
    ),
    ("stops the heartbeat", "ハートビートを止める"),
    (
        "changes the heartbeat, or stops it",
        "ハートビートを変更するか、止める",
    ),
    (
        "stops a trail, and with it the events",
        "証跡を止め、イベントが届かないようにする",
    ),
    (
        "deletes a trail, and with it the events",
        "証跡を削除し、イベントが届かないようにする",
    ),
    (
        "changes what a trail records, and where to",
        "証跡の記録対象と記録先を変える",
    ),
    (
        "changes which events a trail records",
        "証跡が記録するイベントを変える",
    ),
    ("takes rolewatch down", "rolewatch を削除する"),
    ("changes rolewatch as a whole", "rolewatch 全体を変更する"),
    ("takes spokes down", "スポークを削除する"),
    (
        "changes the parameters of spokes",
        "スポークのパラメーターを変える",
    ),
    ("changes all spokes", "すべてのスポークを変更する"),
    (
        "removes what spokes in new accounts are created from",
        "新しいアカウントにスポークを作る元になる StackSet を削除する",
    ),
    (
        "creates a policy that can deny what rolewatch needs, once it is attached",
        "アタッチすると rolewatch に必要な操作を拒否できるポリシーを作る",
    ),
    (
        "changes what accounts can do, including their rules and roles",
        "アカウントでできること（ルールやロールの動作を含む）を変える",
    ),
    (
        "deletes a policy that may have kept people from stopping rolewatch",
        "rolewatch の停止を防いでいた可能性のあるポリシーを削除する",
    ),
    (
        "removes a policy that may have kept people from stopping rolewatch",
        "rolewatch の停止を防いでいた可能性のあるポリシーを外す",
    ),
    (
        "removes all policies that may have kept people from stopping rolewatch",
        "rolewatch の停止を防いでいた可能性のあるポリシーをすべて外す",
    ),
    (
        "moves an account under other policies, and perhaps out of reach of the StackSet",
        "アカウントに別のポリシーを適用し、場合によっては StackSet の対象からも外す",
    ),
    (
        "removes an account from the organization's trail and policies",
        "アカウントを組織の証跡とポリシーの対象から外す",
    ),
    (
        "ends the organization's trail, or the StackSets of its accounts",
        "組織の証跡、またはアカウントの StackSet を使えなくする",
    ),
    (
        "deletes a role that rolewatch uses",
        "rolewatch が使うロールを削除する",
    ),
    (
        "removes permissions from a role that rolewatch uses",
        "rolewatch が使うロールの権限を取り除く",
    ),
    (
        "changes the permissions of a role that rolewatch uses",
        "rolewatch が使うロールの権限を変える",
    ),
    (
        "changes who can enter a role that rolewatch uses",
        "rolewatch が使うロールに切り替えられる相手を変える",
    ),
    (
        "limits a role that rolewatch uses",
        "rolewatch が使うロールを制限する",
    ),
    (
        "deletes the secret that alerts need to reach Slack",
        "Slack への通知に必要なシークレットを削除する",
    ),
    (
        "changes the secret that alerts need to reach Slack",
        "Slack への通知に必要なシークレットを変更する",
    ),
];
