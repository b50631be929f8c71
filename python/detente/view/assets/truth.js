// Draw where the objects really are: dotted paths, and a cross at the time shown.

function drawTrueWhole(context, view, truth) {
  context.strokeStyle = colours().ink;
  context.lineWidth = 1.25;
  context.globalAlpha = 0.6;
  context.setLineDash([2, 4]);
  for (let p = 0; p < truth.count; p++) truth.drawWhole(context, view, p);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function drawTrueNow(context, view, truth, now) {
  context.strokeStyle = colours().ink;
  context.lineWidth = 1.5;
  context.globalAlpha = 0.75;
  context.beginPath();
  for (let p = 0; p < truth.count; p++) {
    const state = truth.stateAt(p, now);
    if (!state) continue;
    const [X, Y] = view.screen(state.x, state.y);
    context.moveTo(X - 5, Y - 5);
    context.lineTo(X + 5, Y + 5);
    context.moveTo(X + 5, Y - 5);
    context.lineTo(X - 5, Y + 5);
  }
  context.stroke();
  context.globalAlpha = 1;
}
