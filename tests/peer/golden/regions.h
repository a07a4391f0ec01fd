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
     "  y = sum(z*match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.5, below: 0.5, low_quality: false).label) + 0*sum(x)\n"
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
     "  y = sum(z*sum(match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.5, below: 0.5, low_quality: false).box, axes: 1)*(match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.5, below: 0.5, low_quality: false).iou > 0)) + 0*sum(x)\n"
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
     "  y = sum(z*match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.5, below: 0.5, low_quality: false).iou) + 0*sum(x)\n"
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
     "  y = sum(z*match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.7, below: 0.3, low_quality: true).label) + 0*sum(x)\n"
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
     "  y = sum(z*sum(match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.7, below: 0.3, low_quality: true).box, axes: 1)*(match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.7, below: 0.3, low_quality: true).iou > 0)) + 0*sum(x)\n"
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
     "  y = sum(z*match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.7, below: 0.3, low_quality: true).iou) + 0*sum(x)\n"
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
     "  y = sum(z*match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.4, below: 0.2, low_quality: false).label) + 0*sum(x)\n"
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
     "  y = sum(z*sum(match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.4, below: 0.2, low_quality: false).box, axes: 1)*(match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.4, below: 0.2, low_quality: false).iou > 0)) + 0*sum(x)\n"
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
     "  y = sum(z*match_boxes(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -2, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.4, below: 0.2, low_quality: false).iou) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.181854000948, 0.289435487289},
     {"d_x", 0, 0},
     {"d_nudge", 0.0789116942572, 0.0519735237365})
CASE(sample_balanced_4_50, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x []\n"
     "  field t class(5) [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = sum(sample_balanced(where(t > 2, 1, t - 1), 4, positive: 0.5)*where(t > 2, 8020, where(t == 1, 1, where(t == 2, 8020, -1e6)))) + 0*x\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 16042, 4984.87117034},
     {"d_x", 0, 0},
     {"d_nudge", 16042, 10565.7250884})
CASE(sample_balanced_9_25, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x []\n"
     "  field t class(5) [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = sum(sample_balanced(where(t > 2, 1, t - 1), 9, positive: 0.25)*where(t > 2, 8020, where(t == 1, 1, where(t == 2, 8020, -1e6)))) + 0*x\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 16042, 4983.45054384},
     {"d_x", 0, 0},
     {"d_nudge", 16043.3333333, 10566.6032603})
CASE(sample_balanced_40_10, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x []\n"
     "  field t class(5) [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = sum(sample_balanced(where(t > 2, 1, t - 1), 40, positive: 0.1)*where(t > 2, 8020, where(t == 1, 1, where(t == 2, 8020, -1e6)))) + 0*x\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 32082, 9967.70023666},
     {"d_x", 0, 0},
     {"d_nudge", 32083.3333333, 21131.0110908})
CASE(sample_balanced_3_100, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x []\n"
     "  field t class(5) [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = sum(sample_balanced(where(t > 2, 1, t - 1), 3, positive: 1)*where(t > 2, 8020, where(t == 1, 1, where(t == 2, 8020, -1e6)))) + 0*x\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 24060, 7476.37453923},
     {"d_x", 0, 0},
     {"d_nudge", 24060, 15846.6117458})
CASE(sample_balanced_3_0, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x []\n"
     "  field t class(5) [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = sum(sample_balanced(where(t > 2, 1, t - 1), 3, positive: 0)*where(t > 2, 8020, where(t == 1, 1, where(t == 2, 8020, -1e6)))) + 0*x\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 2, 0.273587359596},
     {"d_x", 0, 0},
     {"d_nudge", 2.66666666667, 1.75634377898})
CASE(rpn_loss_objectness, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12]\n"
     "  field z [12, 4]\n"
     "  field t class(5) [5]\n"
     "  field y [5, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, z, t, y) {\n"
     "  y = rpn_loss(x2, x, stack([z[:, 0], z[:, 1], z[:, 0] + 1 + 3*sigmoid(z[:, 2]), z[:, 1] + 1 + 3*sigmoid(z[:, 3])], axis: -1), concat(reshape(t + -1, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.5, count: 24).objectness\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.44009497167, 0.739768360298},
     {"d_x", 0, 0},
     {"d_x2", 0, 0.0389069389937},
     {"d_nudge", 0.809017624959, 0.532842402255})
CASE(rpn_loss_box, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12]\n"
     "  field z [12, 4]\n"
     "  field t class(5) [5]\n"
     "  field y [5, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, z, t, y) {\n"
     "  y = rpn_loss(x2, x, stack([z[:, 0], z[:, 1], z[:, 0] + 1 + 3*sigmoid(z[:, 2]), z[:, 1] + 1 + 3*sigmoid(z[:, 3])], axis: -1), concat(reshape(t + -1, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), above: 0.5, count: 24).box\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.972475923041, 0.192900930706},
     {"d_x", 0, 0.0307939326823},
     {"d_x2", 0, 0},
     {"d_nudge", 1.21937801211, 0.803117619669})
CASE(propose_box, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12]\n"
     "  field y [12, 4]\n"
     "  field z [5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, y, z) {\n"
     "  y = sum(sum(propose(x2, x, stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), 5, [3, 4], candidates: 9, iou: 0.5, least: 1.4).box, axes: 1)*z) + 0*sum(x) + 0*sum(x2)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 8.35100805759, 2.31505142434},
     {"d_x", 0, 0},
     {"d_x2", 0, 0},
     {"d_nudge", 2.45133966432, 1.6145231886})
CASE(propose_score, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12]\n"
     "  field y [12, 4]\n"
     "  field z [5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, y, z) {\n"
     "  y = sum(propose(x2, x, stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), 5, [3, 4], candidates: 9, iou: 0.5, least: 1.4).score*z) + 0*sum(x) + 0*sum(x2)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.04244507037, 0.360753561881},
     {"d_x", 0, 0},
     {"d_x2", 0, 0},
     {"d_nudge", 0.298369743709, 0.196514941199})
CASE(sample_regions_box, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field y [5, 4]\n"
     "  field t class(5) [5]\n"
     "  field z [17]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, t, z) {\n"
     "  y = sum(sum(sample_regions(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -1, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), 17, positive: 1, below: 0.3).box, axes: 1)*(sample_regions(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -1, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), 17, positive: 1, below: 0.3).label >= 0)*z) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", -38.0275365033, -15.315946286},
     {"d_x", 0, 0},
     {"d_nudge", 5.7743135538, 3.80312988303})
CASE(sample_regions_label, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field y [5, 4]\n"
     "  field t class(5) [5]\n"
     "  field z [17]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, t, z) {\n"
     "  y = sum(sample_regions(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -1, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), 17, positive: 1, below: 0.3).label*z) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", -8.30678528547, -5.98962343099},
     {"d_x", 0, 0},
     {"d_nudge", -2.75662100067, -1.81559030457})
CASE(sample_regions_target, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field y [5, 4]\n"
     "  field t class(5) [5]\n"
     "  field z [17]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, t, z) {\n"
     "  y = sum(sum(sample_regions(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -1, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), 17, positive: 1, below: 0.3).target, axes: 1)*(sample_regions(stack([x[:, 0], x[:, 1], x[:, 0] + 1 + 3*sigmoid(x[:, 2]), x[:, 1] + 1 + 3*sigmoid(x[:, 3])], axis: -1), concat(reshape(t + -1, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), 17, positive: 1, below: 0.3).label > 0)*z) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", -3.10887637312, 9.15037214551},
     {"d_x", 0, 0},
     {"d_nudge", -1.58784669833, -1.04580175147})
CASE(rcnn_loss_class_each, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12, 16]\n"
     "  field y [12, 4]\n"
     "  field z [12, 4]\n"
     "  field t class(5) [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, y, z, t) {\n"
     "  y = rcnn_loss(x, x2, stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), t - 1, stack([z[:, 0], z[:, 1], z[:, 0] + 1 + 3*sigmoid(z[:, 2]), z[:, 1] + 1 + 3*sigmoid(z[:, 3])], axis: -1)).class\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.1779701804, -0.285434640017},
     {"d_x", 0.00120447055359, 0.0424678971674},
     {"d_x2", 0, 0},
     {"d_nudge", 1.89489662411, 1.24803371159})
CASE(rcnn_loss_box_each, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12, 16]\n"
     "  field y [12, 4]\n"
     "  field z [12, 4]\n"
     "  field t class(5) [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, y, z, t) {\n"
     "  y = rcnn_loss(x, x2, stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), t - 1, stack([z[:, 0], z[:, 1], z[:, 0] + 1 + 3*sigmoid(z[:, 2]), z[:, 1] + 1 + 3*sigmoid(z[:, 3])], axis: -1)).box\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 16.5496254638, 9.88400180873},
     {"d_x", 0, 0},
     {"d_x2", 0, 0.0751306445991},
     {"d_nudge", 10.6640717896, 7.02366605487})
CASE(rcnn_detections_each, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12, 16]\n"
     "  field y [12, 4]\n"
     "  field z [6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, y, z) {\n"
     "  y = sum(rcnn_detections(x, x2, stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), [3, 4], score: 0.2, iou: 0.3, count: 6)*z) + 0*sum(x) + 0*sum(x2)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 5.37665595036, 15.5628218094},
     {"d_x", 0, 0},
     {"d_x2", 0, 0},
     {"d_nudge", -5.76079847869, -3.79422846374})
CASE(rcnn_loss_class_one, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12, 4]\n"
     "  field y [12, 4]\n"
     "  field z [12, 4]\n"
     "  field t class(5) [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, y, z, t) {\n"
     "  y = rcnn_loss(x, x2, stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), t - 1, stack([z[:, 0], z[:, 1], z[:, 0] + 1 + 3*sigmoid(z[:, 2]), z[:, 1] + 1 + 3*sigmoid(z[:, 3])], axis: -1)).class\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.1779701804, -0.285434640017},
     {"d_x", 0.00120447055359, 0.0424678971674},
     {"d_x2", 0, 0},
     {"d_nudge", 1.89489662411, 1.24803371159})
CASE(rcnn_loss_box_one, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12, 4]\n"
     "  field y [12, 4]\n"
     "  field z [12, 4]\n"
     "  field t class(5) [12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, y, z, t) {\n"
     "  y = rcnn_loss(x, x2, stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), t - 1, stack([z[:, 0], z[:, 1], z[:, 0] + 1 + 3*sigmoid(z[:, 2]), z[:, 1] + 1 + 3*sigmoid(z[:, 3])], axis: -1)).box\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 15.2563380897, 8.78475579219},
     {"d_x", 0, 0},
     {"d_x2", 0.00127403971747, -0.0123375174707},
     {"d_nudge", 10.2595933631, 6.75726486682})
CASE(rcnn_detections_one, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12, 4]\n"
     "  field y [12, 4]\n"
     "  field z [6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, y, z) {\n"
     "  y = sum(rcnn_detections(x, x2, stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), [3, 4], score: 0.2, iou: 0.3, count: 6)*z) + 0*sum(x) + 0*sum(x2)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 5.6076400765, 17.2786035353},
     {"d_x", 0, 0},
     {"d_x2", 0, 0},
     {"d_nudge", -8.32360651447, -5.48216794513})
CASE(hard_negatives_3_0, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 12]\n"
     "  field t class(5) [2, 12]\n"
     "  field w [2, 12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t, w) {\n"
     "  y = sum(w*hard_negatives(x^2, t - 1, ratio: 3, least: 0)) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 4.2571949102, 3.12041692428},
     {"d_x", 0, 0},
     {"d_nudge", 1.36855679626, 0.901371080735})
CASE(hard_negatives_1_4, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 12]\n"
     "  field t class(5) [2, 12]\n"
     "  field w [2, 12]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t, w) {\n"
     "  y = sum(w*hard_negatives(x^2, t - 1, ratio: 1, least: 4)) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 4.2571949102, 3.17691460219},
     {"d_x", 0, 0},
     {"d_nudge", 1.46847592667, 0.967180709393})
CASE(svm_labels, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [17, 4]\n"
     "  field z [12, 4]\n"
     "  field t class(5) [5]\n"
     "  field y [5, 4]\n"
     "  field w [4, 17]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, z, t, y, w) {\n"
     "  y = sum(w*svm_labels(concat(stack([z[:, 0], z[:, 1], z[:, 0] + 1 + 3*sigmoid(z[:, 2]), z[:, 1] + 1 + 3*sigmoid(z[:, 3])], axis: -1), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1)), concat(reshape(t + -1, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), 4)) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", -8.90384204686, -3.21675320405},
     {"d_x", 0, 0},
     {"d_nudge", -2.46770870189, -1.62530431008})
CASE(svm_loss, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [17, 4]\n"
     "  field z [12, 4]\n"
     "  field t class(5) [5]\n"
     "  field y [5, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, z, t, y) {\n"
     "  y = svm_loss(x, svm_labels(concat(stack([z[:, 0], z[:, 1], z[:, 0] + 1 + 3*sigmoid(z[:, 2]), z[:, 1] + 1 + 3*sigmoid(z[:, 3])], axis: -1), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1)), concat(reshape(t + -1, [5, 1]), stack([y[:, 0], y[:, 1], y[:, 0] + 1 + 3*sigmoid(y[:, 2]), y[:, 1] + 1 + 3*sigmoid(y[:, 3])], axis: -1), axis: 1), 4), ratio: 2, least: 3)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 2.1632169364, 0.766095410433},
     {"d_x", 0, 0.0821604404816},
     {"d_nudge", 2.16432932802, 1.4254898816})
