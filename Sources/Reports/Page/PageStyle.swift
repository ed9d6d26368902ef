/// How pages look: light or dark as the reader's system is, from the width of a phone on, and on paper.
enum PageStyle {
  static let css = """
    :root { color-scheme: light dark;
      --paper: #fbfaf7; --card: #ffffff; --ink: #1f2328; --soft: #5f6771; --faint: #8a929b; --rule: #e6e3dc;
      --s1: #2563a8; --s2: #c4601d; --s3: #2c7f62; --s4: #8456a6; --s5: #a8323e; --s6: #7a6a1d; --s7: #3f7f93; --s8: #6b7280;
      --pale: #cfdcec; --dead: #d9d5cc; --deadkept: #c4601d; --mark: #9b2c3b; --band: #f1eee6; --cell: #f4f2ec; --strong: #ffffff; }
    @media (prefers-color-scheme: dark) { :root {
      --paper: #14171a; --card: #1b1f23; --ink: #e6e8ea; --soft: #a3abb4; --faint: #77808a; --rule: #2c3238;
      --s1: #6aa9ec; --s2: #f0995a; --s3: #5fbf9b; --s4: #bd93de; --s5: #ec7f8a; --s6: #cdb95c; --s7: #7cc1d6; --s8: #9aa3ad;
      --pale: #2d4058; --dead: #3a3c3e; --deadkept: #f0995a; --mark: #ec7f8a; --band: #20252a; --cell: #22272c; --strong: #0f1214; } }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body { margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
      font-variant-numeric: tabular-nums; }
    main { max-width: 1120px; margin: 0 auto; padding: 48px 32px 40px; }
    h1, h2, h3, p { margin: 0; overflow-wrap: anywhere; }
    h1 { font-size: clamp(30px, 5vw, 46px); line-height: 1.1; font-weight: 680; letter-spacing: -0.025em; }
    h2 { font-size: 23px; line-height: 1.25; font-weight: 650; letter-spacing: -0.012em; }
    h3 { font-size: 15px; line-height: 1.4; font-weight: 620; }
    .kicker { color: var(--soft); font-size: 14px; margin-bottom: 10px; }
    .lede { font-size: clamp(17px, 2.2vw, 20px); line-height: 1.5; color: var(--soft); max-width: 46em; margin-top: 14px; }
    .lead { color: var(--soft); max-width: 46em; margin-top: 6px; }
    .status { display: inline-block; margin-top: 18px; padding: 6px 14px; border-radius: 999px; font-size: 14px;
      background: var(--band); color: var(--ink); }
    .status b { font-weight: 650; }
    .warning { margin-top: 18px; padding: 10px 16px; border-left: 4px solid var(--s2); background: var(--band); font-size: 15px; }
    section { margin-top: 56px; }
    .tiles { display: grid; grid-template-columns: repeat(12, 1fr); gap: 14px; margin: 32px 0 0; }
    .tile { grid-column: span 3; background: var(--card); border: 1px solid var(--rule); border-radius: 12px;
      padding: 16px 18px 15px; min-width: 0; }
    .tile.wide { grid-column: span 6; }
    .tile.third { grid-column: span 4; }
    .tile dt { font-size: 13.5px; color: var(--soft); }
    .tile dd { margin: 0; }
    .tile .big { font-size: 27px; line-height: 1.25; font-weight: 660; letter-spacing: -0.02em; margin-top: 2px; overflow-wrap: anywhere; }
    .tile.wide .big { font-size: 38px; line-height: 1.2; }
    .tile .big .from { color: var(--faint); font-weight: 500; }
    .tile .sub { font-size: 13.5px; line-height: 1.45; color: var(--soft); margin-top: 3px; overflow-wrap: anywhere; }
    .figures { display: grid; grid-template-columns: 1fr 1fr; gap: 26px 28px; margin-top: 22px; }
    figure { margin: 0; min-width: 0; }
    figcaption { margin-bottom: 6px; }
    .legend { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 13.5px; color: var(--soft); }
    .legend span { display: inline-flex; align-items: center; gap: 6px; }
    .key { width: 11px; height: 11px; border-radius: 3px; flex: none; display: inline-block; }
    .plot { display: block; width: 100%; height: auto; overflow: hidden; font-size: 12.5px; }
    .plot text { fill: var(--soft); }
    .plot .axis-name { fill: var(--faint); }
    .plot .grid { stroke: var(--rule); stroke-width: 1; }
    .plot .axis { stroke: var(--faint); stroke-width: 1; }
    .plot .band { fill: var(--band); }
    .plot .mark { stroke: var(--mark); stroke-width: 1.2; stroke-dasharray: 4 3; }
    .plot .mark-name { fill: var(--mark); }
    .plot .hit { fill: transparent; stroke: none; }
    .plot .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    .plot .dot { stroke: var(--paper); stroke-width: 0.8; }
    .plot .cell { fill: var(--cell); }
    .plot .cell-text { fill: var(--ink); }
    .plot .cell-text.strong { fill: var(--strong); font-weight: 600; }
    .plot .right, .key.right { fill: var(--s1); background: var(--s1); }
    .plot .wrong, .key.wrong { fill: var(--s2); background: var(--s2); }
    .key.band { background: var(--band); border: 1px solid var(--rule); }
    .kept { fill: var(--s1); background: var(--s1); } .gone { fill: var(--pale); background: var(--pale); }
    .dead { fill: var(--dead); background: var(--dead); } .deadkept { fill: var(--deadkept); background: var(--deadkept); }
    \(seriesColors)
    .below { margin-top: 26px; } h2 + .below { margin-top: 12px; }
    .command span { display: inline-block; max-width: 100%; }
    .scroll { overflow-x: auto; margin-top: 14px; }
    table { border-collapse: collapse; font-size: 14px; line-height: 1.4; }
    th, td { padding: 5px 0 5px 18px; text-align: right; border-bottom: 1px solid var(--rule); font-weight: 400; white-space: nowrap; }
    th:first-child { padding-left: 0; text-align: left; }
    thead th { color: var(--soft); font-size: 13px; vertical-align: bottom; }
    .words td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
    .words th { white-space: normal; }
    tr.sum th, tr.sum td { font-weight: 620; }
    details { margin-top: 18px; }
    summary { cursor: pointer; color: var(--s1); font-size: 14.5px; }
    .split { display: grid; grid-template-columns: minmax(0, 7fr) minmax(0, 5fr); gap: 32px; margin-top: 22px; align-items: start; }
    .pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(88px, 1fr)); gap: 18px 14px; margin-top: 20px; }
    .pictures img { width: 72px; height: 72px; image-rendering: pixelated; border-radius: 6px; display: block; background: var(--cell); }
    .pictures figcaption { font-size: 12.5px; line-height: 1.35; color: var(--soft); margin: 6px 0 0; overflow-wrap: anywhere; }
    .pictures .truth { color: var(--s1); } .pictures .taken { color: var(--s2); }
    pre { margin: 14px 0 0; padding: 14px 16px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px;
      font: 13.5px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
      white-space: pre-wrap; overflow-wrap: anywhere; }
    .settings { columns: 2; column-gap: 40px; margin: 20px 0 0; font-size: 14px; }
    .settings div { display: flex; justify-content: space-between; gap: 16px; padding: 4px 0; border-bottom: 1px solid var(--rule);
      break-inside: avoid; }
    .settings dt { color: var(--soft); flex: none; } .settings dd { margin: 0; text-align: right; overflow-wrap: anywhere; min-width: 0; }
    footer { margin-top: 64px; padding-top: 14px; border-top: 1px solid var(--rule); color: var(--faint); font-size: 13px; }
    a { color: var(--s1); }
    @media screen and (max-width: 820px) {
      main { padding: 28px 16px 28px; }
      section { margin-top: 44px; }
      .tiles { gap: 10px; }
      .tile, .tile.third { grid-column: span 6; padding: 13px 14px 12px; }
      .tile.wide { grid-column: span 12; }
      .tile .big { font-size: 22px; } .tile.wide .big { font-size: 31px; }
      .figures, .split { grid-template-columns: minmax(0, 1fr); }
      .settings { columns: 1; }
    }
    @media screen and (max-width: 560px) {
      .plot { font-size: 14.5px; } .plot .cell-text { font-size: 13px; }
      th, td { padding-left: 11px; }
      .stages th:first-child { white-space: normal; }
      .stages tr > :nth-child(3), .stages tr > :nth-child(6) { display: none; }
      table { font-size: 13px; }
      .pictures { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 14px 10px; }
      .pictures img { width: 100%; height: auto; }
    }
    @media print {
      @page { margin: 14mm 13mm; }
      :root { color-scheme: light;
        --paper: #ffffff; --card: #ffffff; --ink: #111111; --soft: #444444; --faint: #6b6b6b; --rule: #dddddd;
        --s1: #2563a8; --s2: #c4601d; --s3: #2c7f62; --s4: #8456a6; --s5: #a8323e; --s6: #7a6a1d; --s7: #3f7f93; --s8: #6b7280;
        --pale: #cfdcec; --dead: #d9d5cc; --deadkept: #c4601d; --mark: #9b2c3b; --band: #f3f1ec; --cell: #f4f2ec; --strong: #ffffff; }
      * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
      body { font-size: 10.5pt; }
      main { max-width: none; padding: 0; }
      h1 { font-size: 25pt; } h2 { font-size: 15pt; }
      .lede { font-size: 12pt; }
      section { margin-top: 24px; }
      h2, h3, .lead, summary { break-after: avoid; }
      figure, .tile, .tiles, tr, pre, p, .split > *, .stages, .rounds { break-inside: avoid; }
      .tiles { margin-top: 20px; gap: 9px; }
      .tile { grid-column: span 4; padding: 10px 12px; } .tile.wide { grid-column: span 12; }
      .tile .big { font-size: 15pt; } .tile.wide .big { font-size: 22pt; }
      .figures { gap: 18px 22px; }
      .plot { font-size: 14.5px; } .plot .cell-text { font-size: 13px; }
      .split { display: block; } .matrix { max-width: 430px; margin-bottom: 20px; }
      .scroll { overflow: visible; }
      table { font-size: 9pt; max-width: 100%; }
      th, td { padding: 3px 0 3px 11px; white-space: normal; }
      .metrics, .layer-rows { font-size: 7.5pt; } .metrics th, .metrics td, .layer-rows th, .layer-rows td { padding-left: 7px; }
      .metrics th:first-child, .layer-rows th:first-child { padding-left: 0; }
      .pictures { grid-template-columns: repeat(8, minmax(0, 1fr)); gap: 12px 10px; }
      .pictures img { width: 100%; height: auto; }
      .settings { font-size: 9pt; } .settings div { padding: 2px 0; }
      footer { margin-top: 12px; padding-top: 8px; }
      details:not([open]) { display: none; }
    }
    """

  /// The colours of a plot's series, for lines, dots and the keys of legends.
  private static let seriesColors = (1...8).map { number in
    ".line.s\(number) { stroke: var(--s\(number)); } .dot.s\(number), .beyond.s\(number) { fill: var(--s\(number)); } "
      + ".key.s\(number) { background: var(--s\(number)); }"
  }.joined(separator: "\n")
}
