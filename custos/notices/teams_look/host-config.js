"use strict";
// How Teams shows Adaptive Cards, light and dark: sizes, spacing and colours of its host configuration.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/design-effective-cards
const TEAMS_COLOURS = {
  light: {
    default: ["#242424", "#616161"], dark: ["#242424", "#616161"], light: ["#ffffff", "#f5f5f5"],
    accent: ["#5b5fc7", "#7f85f5"], good: ["#237b4b", "#3a9d69"], warning: ["#835b00", "#a47a15"], attention: ["#b10e1c", "#c4314b"],
    background: { default: "#ffffff", emphasis: "#f5f5f5", accent: "#e8ebfa", good: "#e7f2da", warning: "#fbf6d9", attention: "#fcf4f6" }, border: "#d1d1d1",
  },
  dark: {
    default: ["#ffffff", "#adadad"], dark: ["#242424", "#616161"], light: ["#ffffff", "#f5f5f5"],
    accent: ["#9ea2ff", "#7f85f5"], good: ["#92c353", "#6f9a3c"], warning: ["#f8d22a", "#c3a21d"], attention: ["#f1707b", "#c4575f"],
    background: { default: "#292929", emphasis: "#1f1f1f", accent: "#2f2f4a", good: "#1e3321", warning: "#3d3413", attention: "#3b1f22" }, border: "#525252",
  },
};

function teamsHostConfig(theme) {
  const colours = TEAMS_COLOURS[theme];
  const foregroundColors = {};
  for (const name of ["default", "dark", "light", "accent", "good", "warning", "attention"]) {
    foregroundColors[name] = { default: colours[name][0], subtle: colours[name][1] };
  }
  const containerStyles = {};
  for (const name of ["default", "emphasis", "accent", "good", "warning", "attention"]) {
    containerStyles[name] = { backgroundColor: colours.background[name], foregroundColors, borderColor: colours.border };
  }
  return new AdaptiveCards.HostConfig({
    fontFamily: '"Segoe UI", system-ui, sans-serif',
    fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
    fontWeights: { lighter: 200, default: 400, bolder: 600 },
    lineHeights: { small: 16, default: 20, medium: 20, large: 24, extraLarge: 32 },
    spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
    separator: { lineThickness: 1, lineColor: colours.border },
    imageSizes: { small: 32, medium: 52, large: 100 },
    actions: {
      maxActions: 6, buttonSpacing: 8, actionsOrientation: "horizontal", actionAlignment: "left", spacing: "default",
      showCard: { actionMode: "inline", inlineTopMargin: 16, style: "emphasis" },
    },
    supportsInteractivity: true,
    containerStyles,
    factSet: {
      title: { weight: "bolder", wrap: true, maxWidth: 220 },
      value: { wrap: true },
      spacing: 16,
    },
    inputs: {
      label: { inputSpacing: "small", requiredInputs: { weight: "bolder", suffix: " *" }, optionalInputs: { weight: "bolder" } },
      errorMessage: { color: "attention" },
    },
  });
}
