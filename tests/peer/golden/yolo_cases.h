/* Written by tests/peer/yolo_cases.py from PyTorch 2.13.0: do not edit. */
CASE(yolo_loss_fine, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [24, 8, 8]\n"
     "  field p [9, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = yolo_loss(x, concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + 22*p[:, 3:5], axis: 1), [[5, 8], [9, 6], [11, 11], [14, 20], [20, 15], [23, 23]], [0, 1, 2], 8)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 198.807330401, 61.6916421219},
     {"d_x", 0, -0.31018677485},
     {"d_nudge", 193.042719183, 127.143517093})
CASE(yolo_loss_coarse, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [24, 4, 4]\n"
     "  field p [9, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = yolo_loss(x, concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + 22*p[:, 3:5], axis: 1), [[5, 8], [9, 6], [11, 11], [14, 20], [20, 15], [23, 23]], [3, 4, 5], 16)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 55.7633046017, 13.245719964},
     {"d_x", 0, 4.34968250157},
     {"d_nudge", 69.3389998644, 45.6686703946})
CASE(yolo_loss_ignore, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [24, 4, 4]\n"
     "  field p [9, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = yolo_loss(x, concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + 22*p[:, 3:5], axis: 1), [[5, 8], [9, 6], [11, 11], [14, 20], [20, 15], [23, 23]], [3, 4, 5], 16, ignore: 0.2)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 51.1889859713, 11.5920681045},
     {"d_x", 0, 4.43341691915},
     {"d_nudge", 64.8298746867, 42.6988301617})
CASE(yolo_loss_single, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [8, 4, 4]\n"
     "  field p [9, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = yolo_loss(x, concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + 22*p[:, 3:5], axis: 1), [[5, 8], [9, 6], [11, 11], [14, 20], [20, 15], [23, 23]], [1], 16)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 35.7461085933, 12.5010585892},
     {"d_x", 0, 2.58522775156},
     {"d_nudge", 28.3069137289, 18.6437519361})
CASE(yolo_loss_crowd, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [8, 4, 4]\n"
     "  field p [6, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = yolo_loss(x, concat(floor(4*p[:, 0:1]) - 1, 17 + p[:, 1:3], 28 + 3*p[:, 3:5], axis: 1), [[5, 8], [9, 6], [11, 11], [14, 20], [20, 15], [23, 23]], [2], 16)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 59.9933124489, 12.100155674},
     {"d_x", 0, 2.46329159608},
     {"d_nudge", 55.5848172545, 36.6097679964})
CASE(yolo_scores, 1,
     "net Case {\n"
     "  in x [16, 3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  box, scores = yolo_scores(x, [[5, 8], [9, 6]], 8)\n"
     "  z = concat(box, scores, axis: 1)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [16, 3, 4]\n"
     "  field dy [24, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -11.359026515, -5.49820270545},
     {"d_x", 0.180564938557, 40.8621115389},
     {"d_nudge", -11.4173125292, -7.5197721875})
CASE(yolo_scores_scale, 1,
     "net Case {\n"
     "  in x [16, 3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  box, scores = yolo_scores(x, [[5, 8], [9, 6]], 8, scale: 1.05)\n"
     "  z = concat(box, scores, axis: 1)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [16, 3, 4]\n"
     "  field dy [24, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -11.4580232126, -3.59548563436},
     {"d_x", 0.189593185485, 40.6037044757},
     {"d_nudge", -11.5414507041, -7.6015331792})
CASE(detections_few, 1,
     "net Case {\n"
     "  in x [12, 4]\n"
     "  in x2 [12, 3]\n"
     "  weight nudge [] init: 0\n"
     "  box = concat(x[:, 0:2], x[:, 0:2] + 2*sigmoid(x[:, 2:4]), axis: 1)\n"
     "  z = detections(box, sigmoid(x2), count: 4)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12, 3]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.797318160534, -4.85039719717},
     {"d_x", 0.131594582212, -0.119720919465},
     {"d_x2", 0, 0},
     {"d_nudge", -0.218980943499, -0.144227181686})
CASE(detections_all, 1,
     "net Case {\n"
     "  in x [12, 4]\n"
     "  in x2 [12, 3]\n"
     "  weight nudge [] init: 0\n"
     "  box = concat(x[:, 0:2], x[:, 0:2] + 2*sigmoid(x[:, 2:4]), axis: 1)\n"
     "  z = detections(box, sigmoid(x2), score: 0.3, iou: 0.1, count: 36)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12, 3]\n"
     "  field dy [36, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.797318160534, -17.5406614832},
     {"d_x", -0.188416951671, 1.22780992134},
     {"d_x2", 0, 0},
     {"d_nudge", -7.47909292551, -4.92594687454})
CASE(detections_candidates, 1,
     "net Case {\n"
     "  in x [12, 4]\n"
     "  in x2 [12, 3]\n"
     "  weight nudge [] init: 0\n"
     "  box = concat(x[:, 0:2], x[:, 0:2] + 2*sigmoid(x[:, 2:4]), axis: 1)\n"
     "  z = detections(box, sigmoid(x2), candidates: 6, count: 6)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field x2 [12, 3]\n"
     "  field dy [6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.797318160534, 6.2684628777},
     {"d_x", 0.131594582212, -1.05706055383},
     {"d_x2", 0, 0},
     {"d_nudge", 5.86488229957, 3.86278107798})
CASE(head_rows, 1,
     "net Case {\n"
     "  in x [5, 2, 3]\n"
     "  in x2 [5, 1, 2]\n"
     "  weight nudge [] init: 0\n"
     "  rows, centre, stride = head_rows([x, x2], [8, 16])\n"
     "  z = concat(rows, concat(centre, stride, axis: 1), axis: 1)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [5, 2, 3]\n"
     "  field x2 [5, 1, 2]\n"
     "  field dy [8, 8]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -55.5012229745},
     {"d_x", 0.509749759911, -2.65870055092},
     {"d_x2", -0.449519913437, -0.957261633091},
     {"d_nudge", -1.47005889431, -0.968223297659})
CASE(distance_boxes, 1,
     "net Case {\n"
     "  in x [67, 8, 8]\n"
     "  in x2 [67, 4, 4]\n"
     "  weight nudge [] init: 0\n"
     "  rows, centre, stride = head_rows([x, x2], [8, 16])\n"
     "  z = distance_boxes(rows, centre, stride)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [67, 8, 8]\n"
     "  field x2 [67, 4, 4]\n"
     "  field dy [80, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -42.2179114785, 1195.43192811},
     {"d_x", 0.269351430222, 14.6754787266},
     {"d_x2", 7.71530178131, -54.6115849356},
     {"d_nudge", -404.742876685, -266.575362582})
CASE(distance_loss, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [67, 8, 8]\n"
     "  field x2 [67, 4, 4]\n"
     "  field p [6, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, p) {\n"
     "  y = distance_loss(concat(map_rows(x), map_rows(x2)), concat(cell_centres(8, 8, 8), cell_centres(4, 4, 16)), concat(8*ones([64, 1]), 16*ones([16, 1])), concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + 30*p[:, 3:5], axis: 1), 3, bins: 16)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 312.546572693, 205.852210721},
     {"d_x", 0, -0.382250346831},
     {"d_x2", 0, -0.436937066285},
     {"d_nudge", 312.546572693, 205.852210721})
CASE(distance_loss_few, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [19, 8, 8]\n"
     "  field x2 [19, 4, 4]\n"
     "  field p [6, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, p) {\n"
     "  y = distance_loss(concat(map_rows(x), map_rows(x2)), concat(cell_centres(8, 8, 8), cell_centres(4, 4, 16)), concat(8*ones([64, 1]), 16*ones([16, 1])), concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + 30*p[:, 3:5], axis: 1), 3, bins: 4)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 57.6424947169, 37.9650138753},
     {"d_x", 0, -0.0701278058076},
     {"d_x2", 0, -0.062859458548},
     {"d_nudge", 57.6424947169, 37.9650138753})
CASE(distance_loss_crowd, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [19, 8, 8]\n"
     "  field x2 [19, 4, 4]\n"
     "  field p [20, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, p) {\n"
     "  y = distance_loss(concat(map_rows(x), map_rows(x2)), concat(cell_centres(8, 8, 8), cell_centres(4, 4, 16)), concat(8*ones([64, 1]), 16*ones([16, 1])), concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + 22*p[:, 3:5], axis: 1), 3, bins: 4)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 29.3895404598, 19.3568012076},
     {"d_x", -8.22569417984e-09, -0.0379093062999},
     {"d_x2", -1.54726746038e-06, -0.139713988707},
     {"d_nudge", 29.3895404598, 19.3568012076})
CASE(distance_loss_small, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [19, 8, 8]\n"
     "  field x2 [19, 4, 4]\n"
     "  field p [6, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, p) {\n"
     "  y = distance_loss(concat(map_rows(x), map_rows(x2)), concat(cell_centres(8, 8, 8), cell_centres(4, 4, 16)), concat(8*ones([64, 1]), 16*ones([16, 1])), concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + 4*p[:, 3:5], axis: 1), 3, bins: 4)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 310.654351055, 204.605938833},
     {"d_x", 0, -0.204350485793},
     {"d_x2", 0, -1.82661388173},
     {"d_nudge", 310.654351055, 204.605938833})
CASE(distance_loss_weights, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [19, 8, 8]\n"
     "  field x2 [19, 4, 4]\n"
     "  field p [6, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, p) {\n"
     "  y = distance_loss(concat(map_rows(x), map_rows(x2)), concat(cell_centres(8, 8, 8), cell_centres(4, 4, 16)), concat(8*ones([64, 1]), 16*ones([16, 1])), concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + 30*p[:, 3:5], axis: 1), 3, bins: 4, box_weight: 1, class_weight: 2, distribution_weight: 3, count: 3)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 207.849715858, 136.895833278},
     {"d_x", 0, -0.0608767862653},
     {"d_x2", 0, -1.07559250867},
     {"d_nudge", 207.849715858, 136.895833278})
CASE(task_aligned, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [19, 8, 8]\n"
     "  field x2 [19, 4, 4]\n"
     "  field p [6, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, p) {\n"
     "  y = sum(task_aligned(distance_boxes(concat(map_rows(x), map_rows(x2)), concat(cell_centres(8, 8, 8), cell_centres(4, 4, 16)), concat(8*ones([64, 1]), 16*ones([16, 1])), bins: 4), sigmoid(concat(map_rows(x), map_rows(x2))[:, 16:19]), concat(cell_centres(8, 8, 8), cell_centres(4, 4, 16)), concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + 30*p[:, 3:5], axis: 1)).weight*counting(80)) + 0*sum(x) + 0*sum(x2)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 41.3863345436, -30.1125648417},
     {"d_x", 0, 0},
     {"d_x2", 0, 0},
     {"d_nudge", 61.246637201, 40.3388063367})
CASE(grid_loss, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [13, 4, 4]\n"
     "  field p [7, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = grid_loss(x, concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + 22*p[:, 3:5], axis: 1), 2, 16)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 179.744271409, 103.822834352},
     {"d_x", 0, -2.86151235788},
     {"d_nudge", 158.843277051, 104.618775555})
CASE(grid_loss_weights, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [18, 2, 2]\n"
     "  field p [4, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = grid_loss(x, concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + 22*p[:, 3:5], axis: 1), 3, 32, coord: 2, noobj: 0.1)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 57.1795617905, 27.399873107},
     {"d_x", -2.35909908673, -1.08579212706},
     {"d_nudge", 52.0364209052, 34.2726915514})
CASE(grid_scores, 1,
     "net Case {\n"
     "  in x [13, 3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  box, scores = grid_scores(x, 2, 16)\n"
     "  z = concat(box, scores, axis: 1)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [13, 3, 4]\n"
     "  field dy [24, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -105.043250341, 200.439778838},
     {"d_x", 2.35036260816, 17.6802168085},
     {"d_nudge", 74.2927442886, 48.9313497204})
