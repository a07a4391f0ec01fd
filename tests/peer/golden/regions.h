/* Written by tests/peer/regions.py from PyTorch 2.13.0 and torchvision: do not edit. */
CASE(match_head_label, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field y [5, 4]\n"
     "  field t class(5) [5]\n"
     "  field z [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, t, z) {\n"
     "  y = sum(z*match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t - 2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.5, below: 0.5, low_quality: false).label) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", -6.68698716164, -5.96221388128},
     {"d_x", 0, 0},
     {"d_nudge", -3.04173886776, -2.00337717662})
CASE(match_head_box, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field y [5, 4]\n"
     "  field t class(5) [5]\n"
     "  field z [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, t, z) {\n"
     "  y = sum(z*sum(match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t - 2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.5, below: 0.5, low_quality: false).box, axes: 1)*(match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t - 2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.5, below: 0.5, low_quality: false).iou > 0)) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 8.22156472085, 9.23737942188},
     {"d_x", 0, 0},
     {"d_nudge", 8.0508663829, 5.30253340762})
CASE(match_head_iou, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field y [5, 4]\n"
     "  field t class(5) [5]\n"
     "  field z [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, t, z) {\n"
     "  y = sum(z*match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t - 2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.5, below: 0.5, low_quality: false).iou) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.181854000948, 0.289435487289},
     {"d_x", 0, 0},
     {"d_nudge", 0.0789116942572, 0.0519735237365})
CASE(match_rpn_label, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field y [5, 4]\n"
     "  field t class(5) [5]\n"
     "  field z [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, t, z) {\n"
     "  y = sum(z*match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t - 2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.7, below: 0.3, low_quality: true).label) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.55834245682, -1.61494472097},
     {"d_x", 0, 0},
     {"d_nudge", 3.51541678607, 2.31535515103})
CASE(match_rpn_box, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field y [5, 4]\n"
     "  field t class(5) [5]\n"
     "  field z [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, t, z) {\n"
     "  y = sum(z*sum(match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t - 2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.7, below: 0.3, low_quality: true).box, axes: 1)*(match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t - 2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.7, below: 0.3, low_quality: true).iou > 0)) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 8.22156472085, 9.23737942188},
     {"d_x", 0, 0},
     {"d_nudge", 8.0508663829, 5.30253340762})
CASE(match_rpn_iou, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field y [5, 4]\n"
     "  field t class(5) [5]\n"
     "  field z [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, t, z) {\n"
     "  y = sum(z*match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t - 2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.7, below: 0.3, low_quality: true).iou) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.181854000948, 0.289435487289},
     {"d_x", 0, 0},
     {"d_nudge", 0.0789116942572, 0.0519735237365})
CASE(match_between_label, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field y [5, 4]\n"
     "  field t class(5) [5]\n"
     "  field z [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, t, z) {\n"
     "  y = sum(z*match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t - 2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.4, below: 0.2, low_quality: false).label) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", -6.72216379642, -9.61886591026},
     {"d_x", 0, 0},
     {"d_nudge", -3.75480995079, -2.47302641187})
CASE(match_between_box, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field y [5, 4]\n"
     "  field t class(5) [5]\n"
     "  field z [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, t, z) {\n"
     "  y = sum(z*sum(match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t - 2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.4, below: 0.2, low_quality: false).box, axes: 1)*(match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t - 2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.4, below: 0.2, low_quality: false).iou > 0)) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 8.22156472085, 9.23737942188},
     {"d_x", 0, 0},
     {"d_nudge", 8.0508663829, 5.30253340762})
CASE(match_between_iou, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field y [5, 4]\n"
     "  field t class(5) [5]\n"
     "  field z [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, t, z) {\n"
     "  y = sum(z*match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t - 2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.4, below: 0.2, low_quality: false).iou) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.181854000948, 0.289435487289},
     {"d_x", 0, 0},
     {"d_nudge", 0.0789116942572, 0.0519735237365})
