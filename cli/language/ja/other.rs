//! Everything else.

use rolewatch_guard::text::ja::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    (
        "{name} is a valid policy, version {version}: {roles}, {accounts}, {suppressions}{rules}",
        "{name} は正しいポリシーです（バージョン {version}）：{roles}、{accounts}、{suppressions}{rules}",
    ),
    ("{n} role", "ロール {n} 件"),
    ("{n} roles", "ロール {n} 件"),
    ("{n} account", "アカウント {n} 件"),
    ("{n} accounts", "アカウント {n} 件"),
    ("{n} suppression", "抑制 {n} 件"),
    ("{n} suppressions", "抑制 {n} 件"),
    (", {n} rule turned off", "、無効にしたルール {n} 件"),
    (", {n} rules turned off", "、無効にしたルール {n} 件"),
    ("{count} ({rules})", "{count}（{rules}）"),
    (
        ", {n} rule with another severity",
        "、重要度を変えたルール {n} 件",
    ),
    (
        ", {n} rules with another severity",
        "、重要度を変えたルール {n} 件",
    ),
];
