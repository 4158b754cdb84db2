// The button of the browser's bar opens the panel.
chrome.sidePanel.setPanelBehavior({ openPanelOnActionClick: true });
