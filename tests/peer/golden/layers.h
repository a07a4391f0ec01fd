/* Written by tests/peer/layers.py from PyTorch 2.13.0: do not edit. */
CASE(conv, 1,
     "net Case {\n"
     "  in x [3, 6, 5]\n"
     "  out x -> conv(4, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 5]\n"
     "  field dy [4, 6, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.99573464534, -19.9465658121},
     {"d_x", -1.35074748345, 0.891704130352},
     {"d_conv_0_weight", -7.26874272095, -41.6443902057},
     {"d_conv_0_bias", -2.20396422145, -2.23780539934})
CASE(conv_stride, 1,
     "net Case {\n"
     "  in x [3, 8, 6]\n"
     "  out x -> conv(5, 3, stride: 2, bias: false)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 8, 6]\n"
     "  field dy [5, 4, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.71214835108, 7.45092877967},
     {"d_x", -0.65394806311, 1.01529328107},
     {"d_conv_0_weight", 1.89787286886, -12.5396399783})
CASE(conv_wide, 1,
     "net Case {\n"
     "  in x [10, 5, 5]\n"
     "  out x -> conv(20, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [10, 5, 5]\n"
     "  field dy [20, 5, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -2.54122601694, -43.4489887567},
     {"d_x", -0.260522147693, -42.1213617967},
     {"d_conv_0_weight", -2.08026611232, -123.341385695},
     {"d_conv_0_bias", 4.62147798265, -4.94230186693})
CASE(conv_both_ways, 1,
     "net Case {\n"
     "  in x [64, 5, 6]\n"
     "  out x -> a: conv(64, 3, bias: false) -> b: conv(64, 3, bias: false) -> n: batchnorm\n"
     "}\n"
     "data D {\n"
     "  field x [64, 5, 6]\n"
     "  field dy [64, 5, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.392719342447, -49.6028183478},
     {"d_x", -0.365702170337, 5.46330991105},
     {"d_a_weight", -0.223791564647, -13.4845661652},
     {"d_b_weight", 0.213872218064, 10.2136929136},
     {"d_n_weight", 1.27675729371, 8.01510896334},
     {"d_n_bias", 4.51478081569, 8.98999582039},
     {"n.running_mean", 1.14369782644, 4.21502985522},
     {"n.running_var", 2828.90441612, 5309.34144407})
CASE(conv_groups, 1,
     "net Case {\n"
     "  in x [4, 6, 5]\n"
     "  out x -> conv(6, [3, 2], groups: 2, pad: [1, 0])\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6, 5]\n"
     "  field dy [6, 6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.93225956573, 56.8654185285},
     {"d_x", 1.26732241466, -6.93998764899},
     {"d_conv_0_weight", 3.58480051063, -7.04668124178},
     {"d_conv_0_bias", -0.673718477134, 2.3810613444})
CASE(conv_depthwise, 1,
     "net Case {\n"
     "  in x [10, 6, 6]\n"
     "  out x -> conv(10, 3, groups: 10)\n"
     "}\n"
     "data D {\n"
     "  field x [10, 6, 6]\n"
     "  field dy [10, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.839061647948, 49.9544611885},
     {"d_x", -1.239120286, 23.1937718512},
     {"d_conv_0_weight", -1.40349258285, -17.852092678},
     {"d_conv_0_bias", -1.16593997305, 1.3031871303})
CASE(conv_dilation, 1,
     "net Case {\n"
     "  in x [3, 7, 7]\n"
     "  out x -> conv(4, 3, dilation: 2)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 7, 7]\n"
     "  field dy [4, 7, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 5.51064301511, 49.5811129806},
     {"d_x", 0.602341735572, -7.90067375243},
     {"d_conv_0_weight", 8.68874356946, 9.93270658179},
     {"d_conv_0_bias", -5.68595964089, -2.15833918326})
CASE(conv_sides, 1,
     "net Case {\n"
     "  in x [3, 6, 6]\n"
     "  out x -> conv(4, 3, pad: [0, 2, 1, 0])\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 6]\n"
     "  field dy [4, 6, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 2.060170116, 86.3802923788},
     {"d_x", -0.286884503841, -7.67304324196},
     {"d_conv_0_weight", -0.348467086557, 11.2471104531},
     {"d_conv_0_bias", -2.20396422145, -2.23780539934})
CASE(conv_tf_same, 1,
     "net Case {\n"
     "  in x [3, 8, 7]\n"
     "  out x -> conv(4, 3, stride: 2, pad: tf_same)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 8, 7]\n"
     "  field dy [4, 4, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 5.91342046554, 3.46118898856},
     {"d_x", -0.832242037861, 10.446539144},
     {"d_conv_0_weight", -6.01116256302, -2.14691375941},
     {"d_conv_0_bias", 0.461064587037, -3.02980599902})
CASE(conv_transpose, 1,
     "net Case {\n"
     "  in x [3, 4, 5]\n"
     "  out x -> conv_transpose(4, 4, stride: 2)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4, 5]\n"
     "  field dy [4, 8, 10]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.727053268062, -63.7403267471},
     {"d_x", 1.04737151834, 2.05324866527},
     {"d_conv_transpose_0_weight", -1.86007822163, -52.8646753925},
     {"d_conv_transpose_0_bias", -9.67065109747, -18.5895431529})
CASE(conv_transpose_output_pad, 1,
     "net Case {\n"
     "  in x [3, 4, 5]\n"
     "  out x -> conv_transpose(4, 3, stride: 2, pad: 1, output_pad: 1)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4, 5]\n"
     "  field dy [4, 8, 10]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.791720996002, -28.3124915638},
     {"d_x", -0.956204448938, -24.7180937102},
     {"d_conv_transpose_0_weight", -1.86007822163, 8.05240134695},
     {"d_conv_transpose_0_bias", -9.67065109747, -18.5895431529})
CASE(conv_transpose_groups, 1,
     "net Case {\n"
     "  in x [4, 4, 5]\n"
     "  out x -> conv_transpose(6, 3, stride: [2, 1], pad: 1, groups: 2, bias: false)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 4, 5]\n"
     "  field dy [6, 7, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 2.54323151859, 13.2776366828},
     {"d_x", -0.374645533032, -10.6630403077},
     {"d_conv_transpose_0_weight", -0.852744063442, -20.2116874529})
CASE(conv_transpose_dilation, 1,
     "net Case {\n"
     "  in x [2, 4, 3]\n"
     "  out x -> conv_transpose(3, 3, stride: 2, pad: [1, 0], dilation: 2)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 4, 3]\n"
     "  field dy [3, 9, 9]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.343603074551, 13.987221344},
     {"d_x", 0.825527329622, -2.73842447647},
     {"d_conv_transpose_0_weight", -0.599909019553, -8.5356148539},
     {"d_conv_transpose_0_bias", -0.588019877672, 2.16897582174})
CASE(depthwise_conv, 1,
     "net Case {\n"
     "  in x [4, 5, 5]\n"
     "  out x -> depthwise_conv(3, multiplier: 2)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 5, 5]\n"
     "  field dy [8, 5, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.0609511571694, 32.3199665848},
     {"d_x", -0.645045302587, 1.56407401056},
     {"d_depthwise_conv_0_conv_0_weight", -1.56271786881, 17.0024280662},
     {"d_depthwise_conv_0_conv_0_bias", -3.85622197886, -4.8622867395})
CASE(separable_conv, 1,
     "net Case {\n"
     "  in x [4, 6, 6]\n"
     "  out x -> separable_conv(6, 3, stride: 2)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6, 6]\n"
     "  field dy [6, 3, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.48938760634, 21.0949211608},
     {"d_x", -0.105330690631, -4.06065414583},
     {"d_separable_conv_0_depthwise_weight", 2.77381716353, -0.434711794586},
     {"d_separable_conv_0_depthwise_bias", -0.432364880779, 0.483642714136},
     {"d_separable_conv_0_pointwise_weight", 6.17306285051, 13.4332830586},
     {"d_separable_conv_0_pointwise_bias", 0.257886379957, 2.48342764843})
CASE(dense, 1,
     "net Case {\n"
     "  in x [5]\n"
     "  out x -> dense(6)\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field dy [6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.8027383485, 1.79739209041},
     {"d_x", -0.411733970489, -0.0776657797057},
     {"d_dense_0_weight", -0.821280686206, -2.7591969577},
     {"d_dense_0_bias", 1.10086564223, 1.34190196628})
CASE(dense_sequence, 1,
     "net Case {\n"
     "  in x [2, 4, 5]\n"
     "  out x -> dense(9, bias: false)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 4, 5]\n"
     "  field dy [2, 4, 9]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.49071712281, -3.7538378273},
     {"d_x", -0.39338071429, 3.14350837488},
     {"d_dense_0_weight", -2.29626043183, -2.44588178126})
CASE(maxpool, 1,
     "net Case {\n"
     "  in x [3, 6, 8]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> maxpool(2)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 8]\n"
     "  field dy [3, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.15811307602, 2.87268667645},
     {"d_x", 0, -1.82213255459},
     {"d_nudge", 4.73267696402, 3.11707790388})
CASE(maxpool_overlap, 1,
     "net Case {\n"
     "  in x [3, 7, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> maxpool(3, stride: 2, pad: 1)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 7, 6]\n"
     "  field dy [3, 4, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.15811307602, 4.92626748429},
     {"d_x", 0, -2.77367552722},
     {"d_nudge", -1.47269193427, -0.969957493915})
CASE(maxpool_ceil, 1,
     "net Case {\n"
     "  in x [3, 6, 8]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> maxpool(3, stride: 2, ceil: true)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 8]\n"
     "  field dy [3, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.15811307602, 4.21645772437},
     {"d_x", 0, -0.0264570301633},
     {"d_nudge", 2.91178280647, 1.9177843567})
CASE(avgpool, 1,
     "net Case {\n"
     "  in x [3, 6, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> avgpool([2, 3])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 6]\n"
     "  field dy [3, 3, 2]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.262710987208, -2.22167800932},
     {"d_x", 0.0849582933185, -0.223704474673},
     {"d_nudge", -0.112517314774, -0.0741071571863})
CASE(avgpool_pad, 1,
     "net Case {\n"
     "  in x [3, 7, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> avgpool(3, stride: 2, pad: 1)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 7, 6]\n"
     "  field dy [3, 4, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.0510945595024, 0.973236195336},
     {"d_x", 0.0566388622123, -1.29975546652},
     {"d_nudge", -2.01378513983, -1.32633712595})
CASE(avgpool_uncounted, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> avgpool(3, stride: 2, pad: 1, ceil: true, count_pad: false)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [3, 4, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.293064053526, -5.34274552071},
     {"d_x", 0.127437439978, -0.135075526639},
     {"d_nudge", -0.544153554146, -0.358395266112})
CASE(global_avgpool, 1,
     "net Case {\n"
     "  in x [9, 5, 3]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> global_avgpool\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [9, 5, 3]\n"
     "  field dy [9]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.158782767187, 0.587978834006},
     {"d_x", 0.0339833173274, 0.501284528089},
     {"d_nudge", -0.0655685078284, -0.043185315308})
CASE(global_maxpool, 1,
     "net Case {\n"
     "  in x [9, 5, 3]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> global_maxpool\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [9, 5, 3]\n"
     "  field dy [9]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.37592284163, 3.23298686602},
     {"d_x", 0, 0.654984593373},
     {"d_nudge", -2.09615095231, -1.38058563183})
CASE(adaptive_avgpool_even, 1,
     "net Case {\n"
     "  in x [3, 6, 9]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> adaptive_avgpool(3)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 9]\n"
     "  field dy [3, 3, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.129539838373, -2.61399162613},
     {"d_x", 0.0849582933185, -0.228466163643},
     {"d_nudge", -1.70183053894, -1.12087480498})
CASE(adaptive_maxpool_even, 1,
     "net Case {\n"
     "  in x [3, 6, 9]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> adaptive_maxpool(3)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 9]\n"
     "  field dy [3, 3, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.15811307602, 0.729101705753},
     {"d_x", 0, -0.208914971821},
     {"d_nudge", -6.89375023808, -4.54042325418})
CASE(adaptive_avgpool_uneven, 1,
     "net Case {\n"
     "  in x [3, 6, 9]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> adaptive_avgpool([4, 2])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 9]\n"
     "  field dy [3, 4, 2]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.165168730804, 2.22950821359},
     {"d_x", 0.0509749759911, -0.755202729154},
     {"d_nudge", 0.342715245415, 0.225722170967})
CASE(adaptive_maxpool_uneven, 1,
     "net Case {\n"
     "  in x [3, 6, 9]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> adaptive_maxpool([4, 2])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 9]\n"
     "  field dy [3, 4, 2]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.15811307602, 4.61882925846},
     {"d_x", 0, 0.248492646193},
     {"d_nudge", -4.78532092379, -3.15175073809})
CASE(adaptive_avgpool_wider, 1,
     "net Case {\n"
     "  in x [3, 6, 9]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> adaptive_avgpool([7, 9])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 9]\n"
     "  field dy [3, 7, 9]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -4.43347809541},
     {"d_x", 0.76176702982, -3.37669327423},
     {"d_nudge", 7.38110477594, 4.8614090457})
CASE(adaptive_maxpool_wider, 1,
     "net Case {\n"
     "  in x [3, 6, 9]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> adaptive_maxpool([7, 9])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 9]\n"
     "  field dy [3, 7, 9]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -15.0850927428},
     {"d_x", 0.509749759911, -0.459636052501},
     {"d_nudge", 6.3673245111, 4.19370404767})
CASE(adaptive_avgpool_one, 1,
     "net Case {\n"
     "  in x [3, 6, 9]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> adaptive_avgpool(1)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 9]\n"
     "  field dy [3, 1, 1]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.00100229755234, 0.135267348762},
     {"d_x", 0.00943981036872, 0.0009785209516},
     {"d_nudge", -0.0864522474342, -0.0569399501098})
CASE(adaptive_maxpool_one, 1,
     "net Case {\n"
     "  in x [3, 6, 9]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> adaptive_maxpool(1)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 9]\n"
     "  field dy [3, 1, 1]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.53436189721, 2.68736404286},
     {"d_x", 0, -0.497192299095},
     {"d_nudge", 0.498259593794, 0.328168176704})
CASE(spatial_pyramid_pool, 1,
     "net Case {\n"
     "  in x [2, 5, 7]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> spatial_pyramid_pool\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5, 7]\n"
     "  field dy [42]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.53436189721, 5.18276226079},
     {"d_x", 0, 1.06178985158},
     {"d_nudge", 5.39030575056, 3.55021123942})
CASE(upsample, 1,
     "net Case {\n"
     "  in x [3, 4, 5]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> upsample(2)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4, 5]\n"
     "  field dy [3, 8, 10]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, 2.23473606157},
     {"d_x", 0.591893755906, 2.23495199933},
     {"d_nudge", 2.1980454083, 1.44769626704})
CASE(upsample_bilinear, 1,
     "net Case {\n"
     "  in x [3, 4, 3]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> upsample([2, 3], mode: bilinear)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4, 3]\n"
     "  field dy [3, 8, 9]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -13.0553882264},
     {"d_x", 0.789088677123, 3.63492127699},
     {"d_nudge", 2.11253435945, 1.39137621754})
CASE(upsample_corners, 1,
     "net Case {\n"
     "  in x [3, 4, 3]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> upsample(2, mode: bilinear, corners: true)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4, 3]\n"
     "  field dy [3, 8, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, 2.2646337208},
     {"d_x", 0.603298857272, -3.24836366771},
     {"d_nudge", -5.19164297691, -3.41936619194})
CASE(resize, 1,
     "net Case {\n"
     "  in x [3, 7, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> resize([5, 3])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 7, 4]\n"
     "  field dy [3, 5, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, 5.23279656734},
     {"d_x", 0.509749759911, 2.48592094974},
     {"d_nudge", -1.9089461001, -1.25728710274})
CASE(resize_bilinear, 1,
     "net Case {\n"
     "  in x [3, 7, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> resize([5, 9], mode: bilinear)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 7, 4]\n"
     "  field dy [3, 5, 9]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.03965891872, -4.80121651183},
     {"d_x", 0.22819591461, -0.0408102633366},
     {"d_nudge", -10.357962142, -6.82205338913})
CASE(center_crop, 1,
     "net Case {\n"
     "  in x [3, 7, 5]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> center_crop(4, 3)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 7, 5]\n"
     "  field dy [3, 4, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.327499885248, -4.60482364828},
     {"d_x", 0, -1.80595280232},
     {"d_nudge", 6.6012356341, 4.34776467732})
CASE(zero_pad, 1,
     "net Case {\n"
     "  in x [2, 4, 5]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> zero_pad([2, 1, 0, 3])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [2, 4, 5]\n"
     "  field dy [2, 7, 8]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0, 6.25727047711},
     {"d_x", 0.197559402865, 2.7552600176},
     {"d_nudge", 0.851394299189, 0.560752905314})
CASE(reflection_pad, 1,
     "net Case {\n"
     "  in x [2, 4, 5]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> reflection_pad([2, 1, 0, 3])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [2, 4, 5]\n"
     "  field dy [2, 7, 8]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.869110658588, 16.8744201691},
     {"d_x", 0.197559402865, 4.87089651062},
     {"d_nudge", -1.57250489683, -1.03569719736})
CASE(replication_pad, 1,
     "net Case {\n"
     "  in x [2, 4, 5]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> replication_pad([2, 1, 0, 3])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [2, 4, 5]\n"
     "  field dy [2, 7, 8]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -0.04700160028},
     {"d_x", 1.07318910021, 3.26820009842},
     {"d_nudge", 2.14074301875, 1.40995525626})
CASE(pixel_shuffle, 1,
     "net Case {\n"
     "  in x [12, 3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> pixel_shuffle(2)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [12, 3, 4]\n"
     "  field dy [3, 6, 8]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -0.638853671431},
     {"d_x", 0.509749759911, -5.73244349758},
     {"d_nudge", 4.73876727892, 3.12108916138})
CASE(pixel_unshuffle, 1,
     "net Case {\n"
     "  in x [2, 3, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> pixel_unshuffle(3)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [2, 3, 6]\n"
     "  field dy [18, 1, 2]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -4.36432308375},
     {"d_x", 0.509749759911, 0.931038343469},
     {"d_nudge", -1.01700293444, -0.669827541413})
CASE(channel_shuffle, 1,
     "net Case {\n"
     "  in x [6, 2, 3]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> channel_shuffle(3)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [6, 2, 3]\n"
     "  field dy [6, 2, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, 3.88024225709},
     {"d_x", 0.509749759911, 1.81474689957},
     {"d_nudge", -4.4893969104, -2.9568466256})
CASE(squeeze_excite, 1,
     "net Case {\n"
     "  in x [8, 4, 3]\n"
     "  out x -> squeeze_excite(4)\n"
     "}\n"
     "data D {\n"
     "  field x [8, 4, 3]\n"
     "  field dy [8, 4, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.758904230123, 5.28545740009},
     {"d_x", 0.377250877351, 1.27078071674},
     {"d_squeeze_excite_0_fc1_weight", 0.216318600779, 0.0330234824596},
     {"d_squeeze_excite_0_fc1_bias", 0.97338630977, 0.733696967412},
     {"d_squeeze_excite_0_fc2_weight", -0.0329323272609, 0.135813573563},
     {"d_squeeze_excite_0_fc2_bias", -0.699512155046, -0.0790869641455})
CASE(squeeze_excite_silu, 1,
     "net Case {\n"
     "  in x [8, 4, 3]\n"
     "  out x -> squeeze_excite(squeezed: 3, activation: silu, gate: hardsigmoid)\n"
     "}\n"
     "data D {\n"
     "  field x [8, 4, 3]\n"
     "  field dy [8, 4, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.806545310262, 4.96712043072},
     {"d_x", 0.318601620244, 0.148127970437},
     {"d_squeeze_excite_0_fc1_weight", 0.0597825126259, 0.235159368766},
     {"d_squeeze_excite_0_fc1_bias", 0.189154681254, 0.238757864117},
     {"d_squeeze_excite_0_fc2_weight", 0.0735794183987, -0.513617304936},
     {"d_squeeze_excite_0_fc2_bias", -0.469098917933, -0.108526223431})
CASE(batchnorm, 1,
     "net Case {\n"
     "  in x [9, 3, 4]\n"
     "  out x -> batchnorm\n"
     "}\n"
     "data D {\n"
     "  field x [9, 3, 4]\n"
     "  field dy [9, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.0634412576105, -0.0566139098726},
     {"d_x", 0.0561102929082, 2.35002418137},
     {"d_batchnorm_0_weight", -1.58767784642, -2.36959543715},
     {"d_batchnorm_0_bias", 4.0334658126, 3.80143222474},
     {"batchnorm_0.running_mean", 0.556035851025, 1.85248539452},
     {"batchnorm_0.running_var", 0.843832235329, 1.745461241})
CASE(batchnorm_options, 1,
     "net Case {\n"
     "  in x [5]\n"
     "  out x -> batchnorm(eps: 0.001, momentum: 0.3)\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field dy [5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.0140992920029, 1.28498529485},
     {"d_x", 0.0610841146684, -0.418392928139},
     {"d_batchnorm_0_weight", 0.394302646688, -0.828416379956},
     {"d_batchnorm_0_bias", 0.744151393572, 0.359326630339},
     {"batchnorm_0.running_mean", 0.320053476095, 0.931095804926},
     {"batchnorm_0.running_var", 1.08817692338, 1.64996519989})
CASE(batchnorm_eval, 0,
     "net Case {\n"
     "  in x [9, 3, 4]\n"
     "  out x -> batchnorm\n"
     "}\n"
     "data D {\n"
     "  field x [9, 3, 4]\n"
     "  field dy [9, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.175883793405, -3.01103993469},
     {"d_x", 0.0888326983185, 2.10427395457},
     {"d_batchnorm_0_weight", -4.58567695512, -4.88528386208},
     {"d_batchnorm_0_bias", 4.0334658126, 3.80143222474})
CASE(layernorm, 1,
     "net Case {\n"
     "  in x [4, 7]\n"
     "  out x -> layernorm\n"
     "}\n"
     "data D {\n"
     "  field x [4, 7]\n"
     "  field dy [4, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.558106378981, 2.96448264917},
     {"d_x", -0.221067202064, 0.262155048627},
     {"d_layernorm_0_weight", -0.522545962702, 0.839339719706},
     {"d_layernorm_0_bias", 1.27024671435, -0.0776271965881})
CASE(layernorm_whole, 1,
     "net Case {\n"
     "  in x [3, 4, 5]\n"
     "  out x -> layernorm(axes: [0, 1, 2], eps: 1e-6)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4, 5]\n"
     "  field dy [3, 4, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.671041965936, 1.26379609458},
     {"d_x", -0.269446115345, -1.44501337568},
     {"d_layernorm_0_weight", -0.759188584389, -0.416872160292},
     {"d_layernorm_0_bias", -0.155946294467, 1.57945052065})
CASE(layernorm_bare, 1,
     "net Case {\n"
     "  in x [4, 7]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> layernorm(affine: false)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 7]\n"
     "  field dy [4, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.915062924157, -0.263764167727},
     {"d_x", 0.502958827975, 2.59027795436},
     {"d_nudge", -1.42110611408, -0.935981581025})
CASE(layernorm_channels, 1,
     "net Case {\n"
     "  in x [6, 4, 3]\n"
     "  out x -> layernorm(axes: [0])\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4, 3]\n"
     "  field dy [6, 4, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.591081086062, 6.2838825937},
     {"d_x", -0.188378704519, 0.727217380388},
     {"d_layernorm_0_weight", 1.30531990416, 3.31299192262},
     {"d_layernorm_0_bias", 1.75112827324, 0.95279198284})
CASE(rmsnorm, 1,
     "net Case {\n"
     "  in x [4, 7]\n"
     "  out x -> rmsnorm(eps: 1e-5)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 7]\n"
     "  field dy [4, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.32092775052, 5.87503265397},
     {"d_x", 0.415574361298, 0.317186576512},
     {"d_rmsnorm_0_weight", -1.42228021373, -0.0501988966625})
CASE(groupnorm, 1,
     "net Case {\n"
     "  in x [6, 4, 3]\n"
     "  out x -> groupnorm(3)\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4, 3]\n"
     "  field dy [6, 4, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.327017523037, -3.76112577025},
     {"d_x", 0.237586229839, 0.458492241673},
     {"d_groupnorm_0_weight", -0.847189182587, 0.600864396086},
     {"d_groupnorm_0_bias", 1.75112827324, 0.95279198284})
CASE(groupnorm_bare, 1,
     "net Case {\n"
     "  in x [6, 5]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> groupnorm(1, affine: false)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [6, 5]\n"
     "  field dy [6, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.05322199943, -0.160096408085},
     {"d_x", 0.474925595662, 2.17003020396},
     {"d_nudge", -2.16986950156, -1.4291388001})
CASE(instancenorm, 1,
     "net Case {\n"
     "  in x [5, 4, 3]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> instancenorm\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [5, 4, 3]\n"
     "  field dy [5, 4, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.96520728748, 3.09244296352},
     {"d_x", 0.331762769855, 1.53914985147},
     {"d_nudge", 5.34470382003, 3.5201764893})
CASE(instancenorm_affine, 1,
     "net Case {\n"
     "  in x [5, 4, 3]\n"
     "  out x -> instancenorm(affine: true)\n"
     "}\n"
     "data D {\n"
     "  field x [5, 4, 3]\n"
     "  field dy [5, 4, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.07467990448, 8.4637850029},
     {"d_x", -0.0705309552275, -1.83041709116},
     {"d_instancenorm_0_weight", -0.372881432645, -3.5920242768},
     {"d_instancenorm_0_bias", 0.111094345649, -0.958963741844})
CASE(lrn, 1,
     "net Case {\n"
     "  in x [8, 3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> lrn\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [8, 3, 4]\n"
     "  field dy [8, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15810527394, 7.03138846243},
     {"d_x", 0.509637531944, -0.0564850811724},
     {"d_nudge", 6.24468072401, 4.11292730299})
CASE(lrn_alexnet, 1,
     "net Case {\n"
     "  in x [8, 3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> lrn(5, alpha: 5e-4, k: 2)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [8, 3, 4]\n"
     "  field dy [8, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.688510623336, 4.18022364153},
     {"d_x", 0.30293223983, -0.0332133144364},
     {"d_nudge", 3.71275585159, 2.44532836605})
CASE(lrn_even, 1,
     "net Case {\n"
     "  in x [7, 2, 3]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> lrn(4, alpha: 0.5, beta: 0.5)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [7, 2, 3]\n"
     "  field dy [7, 2, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.02179333652, 2.56811170107},
     {"d_x", 0.329206897635, 2.402969413},
     {"d_nudge", 2.10209033143, 1.38449747867})
CASE(normalize, 1,
     "net Case {\n"
     "  in x [6, 2]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> normalize\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [6, 2]\n"
     "  field dy [6, 2]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.485967611257, -0.871533043812},
     {"d_x", 0.16995292252, 0.271937573452},
     {"d_nudge", -0.391733386248, -0.258006935983})
CASE(dropout_eval, 0,
     "net Case {\n"
     "  in x [3, 2, 2]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> dropout\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 2, 2]\n"
     "  field dy [3, 2, 2]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -1.93886512633},
     {"d_x", 0.509749759911, 0.960017205826},
     {"d_nudge", -0.692834706432, -0.456320972438})
CASE(spatial_dropout_eval, 0,
     "net Case {\n"
     "  in x [3, 2, 2]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> spatial_dropout\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 2, 2]\n"
     "  field dy [3, 2, 2]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -1.93886512633},
     {"d_x", 0.509749759911, 0.960017205826},
     {"d_nudge", -0.692834706432, -0.456320972438})
CASE(alpha_dropout_eval, 0,
     "net Case {\n"
     "  in x [3, 2, 2]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> alpha_dropout\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 2, 2]\n"
     "  field dy [3, 2, 2]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -1.93886512633},
     {"d_x", 0.509749759911, 0.960017205826},
     {"d_nudge", -0.692834706432, -0.456320972438})
CASE(drop_path_eval, 0,
     "net Case {\n"
     "  in x [3, 2, 2]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> drop_path\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 2, 2]\n"
     "  field dy [3, 2, 2]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -1.93886512633},
     {"d_x", 0.509749759911, 0.960017205826},
     {"d_nudge", -0.692834706432, -0.456320972438})
CASE(gaussian_noise_eval, 0,
     "net Case {\n"
     "  in x [3, 2, 2]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> gaussian_noise\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 2, 2]\n"
     "  field dy [3, 2, 2]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -1.93886512633},
     {"d_x", 0.509749759911, 0.960017205826},
     {"d_nudge", -0.692834706432, -0.456320972438})
CASE(act_relu, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> relu\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0, 0.478336435575},
     {"d_x", 0, 1.10210563894},
     {"d_nudge", -1.95347855655, -1.28661746631})
CASE(act_relu6, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> relu6\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0, 0.478336435575},
     {"d_x", 0, 1.10210563894},
     {"d_nudge", -1.95347855655, -1.28661746631})
CASE(act_gelu, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> gelu\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.0847366953197, 0.221499085303},
     {"d_x", -0.0655568332132, 0.968616807631},
     {"d_nudge", -1.65340342434, -1.08897930693})
CASE(act_silu, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> silu\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.219592556851, 0.142150855389},
     {"d_x", -0.0171287010224, 0.967861669289},
     {"d_nudge", -1.49865495328, -0.987057489013})
CASE(act_mish, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> mish\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.239957698644, 0.233029290954},
     {"d_x", -0.0287573218885, 1.10213530263},
     {"d_nudge", -1.68546807152, -1.11009801078})
CASE(act_softsign, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> softsign\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.472233207387, 0.289156028101},
     {"d_x", 0.084739803795, 1.28766480642},
     {"d_nudge", -0.890237910898, -0.586336431231})
CASE(act_elu_0_7, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> elu(0.7)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.427549600698, 0.367712439455},
     {"d_x", 0.0834793632233, 1.56516377329},
     {"d_nudge", -1.93090787772, -1.27175176456})
CASE(act_elu, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> elu\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.610785143854, 0.320302155404},
     {"d_x", 0.119256233176, 1.76361725943},
     {"d_nudge", -1.92123472965, -1.26538074952})
CASE(act_selu, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> selu\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.07382095881, 0.224748601346},
     {"d_x", 0.209664304939, 2.32098662696},
     {"d_nudge", -1.99583399733, -1.31451398441})
CASE(act_celu_2, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> celu(2)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.823335700717, 0.277876863974},
     {"d_x", 0.24655797742, 1.96314003043},
     {"d_nudge", -1.9417605187, -1.27889962773})
CASE(act_leaky_relu, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> leaky_relu\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.0115822067005, 0.475579252705},
     {"d_x", 0.00509749759911, 1.11524910736},
     {"d_nudge", -1.95397709332, -1.28694581705})
CASE(act_leaky_relu_0_2, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> leaky_relu(0.2)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.23164413401, 0.423192778174},
     {"d_x", 0.101949951982, 1.36497500732},
     {"d_nudge", -1.96344929202, -1.29318448102})
CASE(act_softplus, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> softplus\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.167612898362, 1.72512036986},
     {"d_x", 0.0966458776188, 1.06101922087},
     {"d_nudge", -3.14121370032, -2.06889417787})
CASE(act_softplus_3, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> softplus(3)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.00338155747697, 0.737978582606},
     {"d_x", 0.00644471119223, 1.04212601995},
     {"d_nudge", -2.17019001231, -1.42934989774})
CASE(act_gelu_tanh, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> gelu_tanh\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.0849176748721, 0.221142308802},
     {"d_x", -0.0656354311495, 0.968420218599},
     {"d_nudge", -1.65352363789, -1.08905848305})
CASE(act_logsigmoid, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> logsigmoid\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.32583356841, -1.52250222129},
     {"d_x", 0.413103882292, 1.35543325996},
     {"d_nudge", 1.13788146641, 0.749441638031})
CASE(act_hardtanh, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> hardtanh\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.797318160534, 0.709446377333},
     {"d_x", 0, 0.880022646894},
     {"d_nudge", -1.14407178307, -0.753518759589})
CASE(act_hardtanh_0_5_1_5, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> hardtanh(-0.5, 1.5)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.398659080267, 0.645403369615},
     {"d_x", 0, 1.94452018231},
     {"d_nudge", -1.55460331752, -1.02390669956})
CASE(act_softshrink, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> softshrink\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.759561589783, -0.240849003063},
     {"d_x", 0.509749759911, 0.632465319637},
     {"d_nudge", -1.08955295239, -0.717611081176})
CASE(act_hardshrink_0_7, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> hardshrink(0.7)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -0.0819894447629},
     {"d_x", 0.509749759911, 0.932903359851},
     {"d_nudge", -0.867168338956, -0.571142144044})
CASE(act_threshold_0_1_20, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> threshold(0.1, 20)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 15.9463632107, 28.5968298676},
     {"d_x", 0, 0.837067153707},
     {"d_nudge", 0.134262232897, 0.0884289890627})
CASE(act_tanhshrink, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> tanhshrink\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.443652374156, -0.272009829009},
     {"d_x", 0.409431454758, 0.968686473129},
     {"d_nudge", -0.840620394123, -0.553656899887})
CASE(act_swish, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> swish\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.219592556851, 0.142150855389},
     {"d_x", -0.0171287010224, 0.967861669289},
     {"d_nudge", -1.49865495328, -0.987057489013})
CASE(act_swish_2, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> swish(2)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.0601031109125, 0.253824752},
     {"d_x", -0.0464112161511, 1.02967050295},
     {"d_nudge", -1.69929390809, -1.11920410655})
CASE(act_glu, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> glu\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [2, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.296110738594, -1.18324926424},
     {"d_x", 0.130322642143, -0.216792877224},
     {"d_nudge", -0.75997908214, -0.500544199901})
CASE(act_glu_1, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> glu(-1)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.280475238149, -0.791935110628},
     {"d_x", 0.123441231023, -0.131792822757},
     {"d_nudge", 0.332023934758, 0.218680564607})
CASE(act_hardswish, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> hardswish\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.298696319865, 0.0821187994062},
     {"d_x", 0.00804630816489, 0.970106748418},
     {"d_nudge", -1.421132345, -0.935998857463})
CASE(act_hardsigmoid, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> hardsigmoid\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.205622301925, 1.20064654907},
     {"d_x", 0.0849582933185, 0.40274208014},
     {"d_nudge", -1.67693109669, -1.10447531229})
CASE(act_tanh, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> tanh\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.714568295894, 0.47462797758},
     {"d_x", 0.100318305153, 1.44776600771},
     {"d_nudge", -1.16271183978, -0.765795639955})
CASE(act_sigmoid, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> sigmoid\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.151167336263, 1.25790354294},
     {"d_x", 0.078322326741, 0.474867587111},
     {"d_nudge", -1.74695239277, -1.1505933627})
CASE(act_softmax, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> softmax\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.110245075578, 1.28699951568},
     {"d_x", 0.0633582996974, 0.0945799721087},
     {"d_nudge", -1.01420353452, -0.66798377568})
CASE(act_softmax_1, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> softmax(-1)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.0278601228124, -0.0229070355881},
     {"d_x", 0.0229472634933, 0.208045999006},
     {"d_nudge", -0.49188774727, -0.323971494328})
CASE(act_log_softmax, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> log_softmax\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.57753221156, -0.57918289079},
     {"d_x", 0.453616711128, 2.04474263607},
     {"d_nudge", 3.92871779094, 2.5875671443})
CASE(act_softmin_1, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> softmin(1)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.263984147325, 0.462416719347},
     {"d_x", -0.154344067657, -0.213982673802},
     {"d_nudge", -0.245765478548, -0.161868251001})
CASE(act_maxout_2, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> maxout(2)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [2, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.327499885248, -2.21010483789},
     {"d_x", 0, -1.8586446183},
     {"d_nudge", -0.606368004881, -0.399371502429})
CASE(act_erf, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> erf\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.765471894165, 0.567310963996},
     {"d_x", 0.0697225022868, 1.53512853593},
     {"d_nudge", -1.23317844478, -0.812206983694})
CASE(act_atan, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> atan\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.771723173256, 0.424708573812},
     {"d_x", 0.163897238443, 1.60151102514},
     {"d_nudge", -1.28209119646, -0.844422336366})
CASE(prelu, 1,
     "net Case {\n"
     "  in x [4, 5]\n"
     "  out x -> prelu\n"
     "}\n"
     "data D {\n"
     "  field x [4, 5]\n"
     "  field dy [4, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.459973677833, 3.03908909125},
     {"d_x", -0.202441104622, 1.21461149273},
     {"d_prelu_0_weight", -0.578153677408, -0.0915645598118})
CASE(prelu_shared, 1,
     "net Case {\n"
     "  in x [4, 5]\n"
     "  out x -> prelu(shared: true)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 5]\n"
     "  field dy [4, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.459973677833, 0.435629346973},
     {"d_x", -0.202441104622, 0.580402834221},
     {"d_prelu_0_weight", 0.942274856343, 0.620609468259})
CASE(attention, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  out x -> attention(2)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.966515009505, -1.72462168502},
     {"d_x", -0.705146710964, 7.04275152653},
     {"d_attention_0_in_proj_weight", 1.56981125861, 5.12506959161},
     {"d_attention_0_in_proj_bias", -0.962365754684, 2.18870217327},
     {"d_attention_0_out_proj_weight", -0.92289440521, -3.65468499573},
     {"d_attention_0_out_proj_bias", -0.286326080561, 0.765592788542})
CASE(attention_causal, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  out x -> attention(2, causal: true)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.02065393861, 1.93083772951},
     {"d_x", 1.9866952354, 10.4279957972},
     {"d_attention_0_in_proj_weight", 0.787514964624, 21.395826193},
     {"d_attention_0_in_proj_bias", -0.454636366987, 3.97897092142},
     {"d_attention_0_out_proj_weight", -0.870743519803, -7.43154284429},
     {"d_attention_0_out_proj_bias", -0.286326080561, 0.765592788542})
CASE(attention_bare, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  out x -> attention(3, bias: false)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.24369955, 1.81747510883},
     {"d_x", 0.586177221689, 8.26658678361},
     {"d_attention_0_in_proj_weight", 0.530194520178, 2.79939048398},
     {"d_attention_0_out_proj_weight", -0.352753563609, 1.72762863228})
CASE(cross_attention, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  in x2 [5, 6]\n"
     "  out x -> cross_attention(x2, 2)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field x2 [5, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.526911191197, -2.69314814799},
     {"d_x", -0.175853920867, -2.7461291098},
     {"d_x2", 0.877639143378, 2.73336505998},
     {"d_cross_attention_0_in_proj_weight", 0.595415916736, -19.0153495526},
     {"d_cross_attention_0_in_proj_bias", -1.76333578135, 0.760746731633},
     {"d_cross_attention_0_out_proj_weight", -1.23584868821, -2.54700628755},
     {"d_cross_attention_0_out_proj_bias", -0.286326080561, 0.765592788542})
CASE(cross_attention_sizes, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  in x2 [3, 7]\n"
     "  out x -> cross_attention(x2, 2)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field x2 [3, 7]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.09468991245, -6.32772628089},
     {"d_x", 1.25126640264, -0.027334317825},
     {"d_x2", 0.697868811376, -2.12036098438},
     {"d_cross_attention_0_q_proj_weight", 3.1342229671, 7.66120456664},
     {"d_cross_attention_0_k_proj_weight", -2.02781227953, -2.4413873865},
     {"d_cross_attention_0_v_proj_weight", 1.59647471213, 3.14980263791},
     {"d_cross_attention_0_in_proj_bias", -2.5769241886, 3.22164103076},
     {"d_cross_attention_0_out_proj_weight", -3.36767690919, 5.63182920061},
     {"d_cross_attention_0_out_proj_bias", -0.286326080561, 0.765592788542})
CASE(scaled_dot_product, 1,
     "net Case {\n"
     "  in x [2, 4, 3]\n"
     "  in x2 [2, 4, 3]\n"
     "  in x3 [2, 4, 5]\n"
     "  weight nudge [] init: 0\n"
     "  z = scaled_dot_product(x -> elu, x2, x3, causal: true)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [2, 4, 3]\n"
     "  field x2 [2, 4, 3]\n"
     "  field x3 [2, 4, 5]\n"
     "  field dy [2, 4, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, x3, dy) {\n"
     "  y = Case(x, x2, x3)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.06312246824, 7.31430766162},
     {"d_x", 0, 0.0787874117664},
     {"d_x2", -0.0220575927892, 0.143878641843},
     {"d_x3", 0.506933794193, 2.1911095895},
     {"d_nudge", -4.3321443324, -2.85327553044})
CASE(transformer_encoder, 0,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  out x -> transformer_encoder(2, 9, activation: gelu)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.0300938487965, 3.84108888564},
     {"d_x", -0.0386869998578, -0.74056649387},
     {"d_transformer_encoder_0_self_attn_in_proj_weight", -0.0531752572119, -0.646484496212},
     {"d_transformer_encoder_0_self_attn_in_proj_bias", 0.0508296564305, -1.36472701396},
     {"d_transformer_encoder_0_self_attn_out_proj_weight", -0.00173765508665, -0.581725744577},
     {"d_transformer_encoder_0_self_attn_out_proj_bias", 0.0902838912098, -0.10929819235},
     {"d_transformer_encoder_0_linear1_weight", 0.110260438694, -0.274674073652},
     {"d_transformer_encoder_0_linear1_bias", -0.369335230078, -0.488652087429},
     {"d_transformer_encoder_0_linear2_weight", 0.065067152655, -0.330559033776},
     {"d_transformer_encoder_0_linear2_bias", -0.346361859094, 0.0727266730841},
     {"d_transformer_encoder_0_norm1_weight", 0.671251947803, -0.332323878028},
     {"d_transformer_encoder_0_norm1_bias", -1.28824551848, -1.36358063935},
     {"d_transformer_encoder_0_norm2_weight", 0.842582050463, 0.522899937802},
     {"d_transformer_encoder_0_norm2_bias", -0.286326080561, 0.765592788542})
CASE(transformer_encoder_first, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  out x -> transformer_encoder(3, 8, drop: 0, norm_first: true)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.81900947109, -6.65969946362},
     {"d_x", 0.299341783354, 4.48505177539},
     {"d_transformer_encoder_0_self_attn_in_proj_weight", 0.116187263848, 1.40781841181},
     {"d_transformer_encoder_0_self_attn_in_proj_bias", -0.395430133949, 0.7551816009},
     {"d_transformer_encoder_0_self_attn_out_proj_weight", -0.123906290469, 2.60059382312},
     {"d_transformer_encoder_0_self_attn_out_proj_bias", -0.536607834061, 0.623356171357},
     {"d_transformer_encoder_0_linear1_weight", -0.948251464476, 3.02718468793},
     {"d_transformer_encoder_0_linear1_bias", 1.65747545245, 3.14006793317},
     {"d_transformer_encoder_0_linear2_weight", -1.56245134375, -2.03470988712},
     {"d_transformer_encoder_0_linear2_bias", -0.286326080561, 0.765592788542},
     {"d_transformer_encoder_0_norm1_weight", 0.316699697254, -2.08809511131},
     {"d_transformer_encoder_0_norm1_bias", 0.780875696065, 1.48477413687},
     {"d_transformer_encoder_0_norm2_weight", -2.43926432972, -3.47152966685},
     {"d_transformer_encoder_0_norm2_bias", 0.936367364444, 1.87120178662})
CASE(transformer_decoder, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  in x2 [5, 6]\n"
     "  out x -> transformer_decoder(x2, 2, 8, drop: 0, norm_first: false)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field x2 [5, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.04831652588, -4.17455927414},
     {"d_x", 0.0881571087911, 0.0278232970988},
     {"d_x2", -0.055151630814, 0.0311532187684},
     {"d_transformer_decoder_0_self_attn_in_proj_weight", 0.0111443784962, 0.424098442954},
     {"d_transformer_decoder_0_self_attn_in_proj_bias", -0.0225711190293, -0.206599733392},
     {"d_transformer_decoder_0_self_attn_out_proj_weight", 0.0844181268902, 0.354744424841},
     {"d_transformer_decoder_0_self_attn_out_proj_bias", -0.0753379050864, 0.0561333170395},
     {"d_transformer_decoder_0_multihead_attn_in_proj_weight", 0.137945860043, -3.17392940446},
     {"d_transformer_decoder_0_multihead_attn_in_proj_bias", 0.332272115728, -0.327237907213},
     {"d_transformer_decoder_0_multihead_attn_out_proj_weight", 1.36310399866, 0.632148046677},
     {"d_transformer_decoder_0_multihead_attn_out_proj_bias", 0.91282493544, 0.130815457826},
     {"d_transformer_decoder_0_linear1_weight", 0.00912147403304, -0.508695850038},
     {"d_transformer_decoder_0_linear1_bias", -0.0290977144798, 0.820901208105},
     {"d_transformer_decoder_0_linear2_weight", 0.228368777877, -0.215940313606},
     {"d_transformer_decoder_0_linear2_bias", 0.0725143110597, 0.548606431177},
     {"d_transformer_decoder_0_norm1_weight", 0.631300377796, 0.343845494163},
     {"d_transformer_decoder_0_norm1_bias", -0.228827646595, -1.25680600238},
     {"d_transformer_decoder_0_norm2_weight", 0.306280813918, 1.48773443778},
     {"d_transformer_decoder_0_norm2_bias", 2.89559855505, 4.25386732788},
     {"d_transformer_decoder_0_norm3_weight", -0.298447601216, -0.278411580621},
     {"d_transformer_decoder_0_norm3_bias", -0.286326080561, 0.765592788542})
CASE(transformer_decoder_first, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  in x2 [5, 6]\n"
     "  out x -> transformer_decoder(x2, 2, 8, drop: 0, norm_first: true)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field x2 [5, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.987448638924, 23.0483415272},
     {"d_x", 0.31611658348, 2.44217939121},
     {"d_x2", 0.112400077347, 0.0298063218248},
     {"d_transformer_decoder_0_self_attn_in_proj_weight", -0.0167585457245, 4.71398379358},
     {"d_transformer_decoder_0_self_attn_in_proj_bias", -0.156226225854, -2.04734418136},
     {"d_transformer_decoder_0_self_attn_out_proj_weight", 0.43526576028, -4.42268156866},
     {"d_transformer_decoder_0_self_attn_out_proj_bias", -1.57481616196, -0.408368559105},
     {"d_transformer_decoder_0_multihead_attn_in_proj_weight", 0.0208731796197, -9.19443353245},
     {"d_transformer_decoder_0_multihead_attn_in_proj_bias", -0.204542169178, -0.609216973861},
     {"d_transformer_decoder_0_multihead_attn_out_proj_weight", -0.268105589299, -6.64922030827},
     {"d_transformer_decoder_0_multihead_attn_out_proj_bias", -0.465866826634, 0.56094325027},
     {"d_transformer_decoder_0_linear1_weight", 0, 0.855250210033},
     {"d_transformer_decoder_0_linear1_bias", 0, 0.429062919477},
     {"d_transformer_decoder_0_linear2_weight", 0, 0.320597030542},
     {"d_transformer_decoder_0_linear2_bias", -0.286326080561, 0.765592788542},
     {"d_transformer_decoder_0_norm1_weight", 0.821132485945, -0.0173810646008},
     {"d_transformer_decoder_0_norm1_bias", 3.037238277, 9.92769770131},
     {"d_transformer_decoder_0_norm2_weight", 2.26241132093, -5.26120275569},
     {"d_transformer_decoder_0_norm2_bias", -2.93732065242, -4.44092396309},
     {"d_transformer_decoder_0_norm3_weight", 0.232961867071, 0.392245955391},
     {"d_transformer_decoder_0_norm3_bias", 0.789365461119, 0.66157146381})
CASE(position_embedding, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  out x -> position_embedding\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  field dy [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.20026671886, 4.87831561899},
     {"d_x", 0.639330426852, 3.03072550012},
     {"d_position_embedding_0_weight", -0.236845970154, 2.45763080903})
CASE(sinusoidal_positions, 1,
     "net Case {\n"
     "  in x [5, 6]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> sinusoidal_positions\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [5, 6]\n"
     "  field dy [5, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -2.03388479279},
     {"d_x", 0.509749759911, 2.30881868586},
     {"d_nudge", -3.86317301658, -2.54439746054})
CASE(embedding, 1,
     "net Case {\n"
     "  in x [3, 1]\n"
     "  in index\n"
     "  out (index -> embedding(5, 4))*x\n"
     "}\n"
     "data D {\n"
     "  field x [3, 1]\n"
     "  field t class(5) [3]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t, dy) {\n"
     "  y = Case(x, t)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.44673831809, 0.372841086334},
     {"d_x", 0.152248048611, -0.0366353551625},
     {"d_embedding_0_weight", -0.458335408568, 0.788728348055})
CASE(between_lrn, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> lrn(5, alpha: 0.1) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 6, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -6.14460731637, -323.361999669},
     {"d_x", -10.4921759678, 39.1275874125},
     {"d_conv_0_weight", -13.3602417339, -65.3522072516},
     {"d_conv_0_bias", 2.13146422401, 30.580456425},
     {"d_conv_1_weight", 3.0044659431, -113.889749021},
     {"d_conv_1_bias", -7.01681072855, -13.9462108851})
CASE(between_groupnorm, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> groupnorm(5) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 6, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.440362345131, -56.9222785564},
     {"d_x", -1.37790141677, -20.0812871979},
     {"d_conv_0_weight", -2.02611326942, -5.73437896359},
     {"d_conv_0_bias", 0.276526243664, -0.832920675717},
     {"d_groupnorm_0_weight", 26.1204992605, 55.0439202811},
     {"d_groupnorm_0_bias", 1.47117413843, 40.2185106125},
     {"d_conv_1_weight", -0.458105348275, -59.3795768669},
     {"d_conv_1_bias", -7.01681072855, -13.9462108851})
CASE(between_instancenorm, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> instancenorm(affine: true) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 6, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -4.83010254816, -91.8120015918},
     {"d_x", -0.885034277385, -13.2583409948},
     {"d_conv_0_weight", 0.371350631002, 33.4677369374},
     {"d_conv_0_bias", -1.11022302463e-16, -5.24597348473e-16},
     {"d_instancenorm_0_weight", 24.0911301765, 52.0861616738},
     {"d_instancenorm_0_bias", 1.47117413843, 40.2185106125},
     {"d_conv_1_weight", -5.98696102512, -104.313499981},
     {"d_conv_1_bias", -7.01681072855, -13.9462108851})
CASE(between_layernorm, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> layernorm(axes: [0]) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 6, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.7957542778, 65.7763557868},
     {"d_x", 0.251742690388, 23.379866232},
     {"d_conv_0_weight", 2.50010391665, -39.3779011342},
     {"d_conv_0_bias", 0.797592663675, 3.93051718039},
     {"d_layernorm_0_weight", 26.7332516439, 36.6557432343},
     {"d_layernorm_0_bias", 1.47117413843, 40.2185106125},
     {"d_conv_1_weight", 0.308733030331, -94.9065771793},
     {"d_conv_1_bias", -7.01681072855, -13.9462108851})
CASE(between_prelu, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> prelu -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 6, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.37524731069, -331.885450858},
     {"d_x", 1.20088474364, 76.9726115032},
     {"d_conv_0_weight", -8.54868019619, -303.131152586},
     {"d_conv_0_bias", 14.2629297771, 37.1243304617},
     {"d_prelu_0_weight", 52.0269082901, 75.9915903046},
     {"d_conv_1_weight", -17.2616270983, -50.7136507536},
     {"d_conv_1_bias", -7.01681072855, -13.9462108851})
CASE(between_squeeze_excite, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> squeeze_excite(4) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 6, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -10.7717380207, -482.263607451},
     {"d_x", -12.8765574917, 62.9431773814},
     {"d_conv_0_weight", -14.3740408199, -182.747668616},
     {"d_conv_0_bias", -17.2255001276, -111.079859039},
     {"d_squeeze_excite_0_fc1_weight", 46.5499778866, 39.7361455282},
     {"d_squeeze_excite_0_fc1_bias", -73.0712683066, -59.0251293405},
     {"d_squeeze_excite_0_fc2_weight", 4.35556011291, 226.720356025},
     {"d_squeeze_excite_0_fc2_bias", 17.9171251057, 5.33184987479},
     {"d_conv_1_weight", 5.59135771439, -148.106873957},
     {"d_conv_1_bias", -7.01681072855, -13.9462108851})
CASE(between_adaptive_avgpool, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> adaptive_avgpool([4, 3]) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 4, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.46827688661, -41.4118483858},
     {"d_x", 2.65477832713, -53.3564240026},
     {"d_conv_0_weight", -6.75407677398, 32.2726387663},
     {"d_conv_0_bias", -20.7986754982, -15.6282366254},
     {"d_conv_1_weight", -1.5435935487, -121.986208286},
     {"d_conv_1_bias", 4.0334658126, 3.80143222474})
CASE(between_adaptive_maxpool, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> adaptive_maxpool([2, 5]) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 8.79104786511, 302.08388223},
     {"d_x", -3.62573662327, 27.5736539317},
     {"d_conv_0_weight", -6.18492079027, -331.575985383},
     {"d_conv_0_bias", -0.371855111889, -9.65419929848},
     {"d_conv_1_weight", 1.96545226035, -119.086027328},
     {"d_conv_1_bias", -0.246705343326, 1.6411021743})
CASE(between_avgpool, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> avgpool(3, stride: 2, pad: 1) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.22066827741, 3.64467958543},
     {"d_x", -1.2137690996, 22.0855528003},
     {"d_conv_0_weight", 2.02492857925, 25.8294252016},
     {"d_conv_0_bias", -8.49388078349, -5.81233947198},
     {"d_conv_1_weight", -2.63104522378, -102.706094278},
     {"d_conv_1_bias", 4.0334658126, 3.80143222474})
CASE(between_upsample, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> upsample(2, mode: bilinear) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 12, 14]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.862821335113, -1194.38560435},
     {"d_x", 4.79258625049, 79.0040953823},
     {"d_conv_0_weight", -9.63392826179, 47.9167609286},
     {"d_conv_0_bias", -7.66282946213, 2.35562640971},
     {"d_conv_1_weight", -16.0338824803, -331.616583308},
     {"d_conv_1_bias", -1.28131750428, 6.34535131363})
CASE(between_corners, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> upsample(2, mode: bilinear, corners: true) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 12, 14]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.78846224653, -1455.19379799},
     {"d_x", 6.67620759981, 138.831450941},
     {"d_conv_0_weight", -10.6357567026, 139.284807815},
     {"d_conv_0_bias", -7.66282946213, 2.35562640971},
     {"d_conv_1_weight", -16.9918264769, -287.993643699},
     {"d_conv_1_bias", -1.28131750428, 6.34535131363})
CASE(between_pixel_shuffle, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(32, 3) -> pixel_shuffle(2) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 12, 14]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 3.15937950124, -345.021366341},
     {"d_x", -15.8257961073, -181.268755861},
     {"d_conv_0_weight", 28.2068269415, -30.2332073449},
     {"d_conv_0_bias", 20.9131863456, 103.776237076},
     {"d_conv_1_weight", 38.6832267911, -759.189298364},
     {"d_conv_1_bias", -1.28131750428, 6.34535131363})
CASE(between_channel_shuffle, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> channel_shuffle(4) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 6, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -3.73567329301, -526.958456996},
     {"d_x", -9.56730105824, 129.466453795},
     {"d_conv_0_weight", -15.6238444354, 32.3787679533},
     {"d_conv_0_bias", 1.47117413843, -14.4104291964},
     {"d_conv_1_weight", 9.03915560319, 847.376653438},
     {"d_conv_1_bias", -7.01681072855, -13.9462108851})
CASE(between_glu, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(24, 3) -> glu -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 6, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -2.68217448465, -358.644184127},
     {"d_x", 1.49818575837, -127.210015026},
     {"d_conv_0_weight", 11.9191078826, 265.399637715},
     {"d_conv_0_bias", 4.37834554161, 6.33587140697},
     {"d_conv_1_weight", 9.9970796796, -31.5066793451},
     {"d_conv_1_bias", -7.01681072855, -13.9462108851})
CASE(between_softmax, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> softmax -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 6, 7]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0.411401431228, -14.0129282304},
     {"d_x", 0.333751982507, -0.546732800581},
     {"d_conv_0_weight", -0.814703022441, -16.0715344126},
     {"d_conv_0_bias", -0.0815561559575, 1.00339183423},
     {"d_conv_1_weight", -0.400994766389, 0.424425122332},
     {"d_conv_1_bias", -7.01681072855, -13.9462108851})
CASE(between_global, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> global_avgpool -> reshape([20, 1, 1]) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 1, 1]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.51756737994, 3.52579971064},
     {"d_x", 0.102533739098, 0.0755472025026},
     {"d_conv_0_weight", 0.243810546099, 0.729607531266},
     {"d_conv_0_bias", 1.31620891382, -2.53759526803},
     {"d_conv_1_weight", 0, 2.19804717551},
     {"d_conv_1_bias", 0.679793198903, 0.575680255304})
CASE(between_crop, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> center_crop(3, 4) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 4.90377924211, 207.531224424},
     {"d_x", -3.83749334234, -57.7630139336},
     {"d_conv_0_weight", -14.0403902816, -106.902282468},
     {"d_conv_0_bias", -12.9068123783, -7.10001434038},
     {"d_conv_1_weight", -7.01133243634, -2.80310114047},
     {"d_conv_1_bias", 4.0334658126, 3.80143222474})
CASE(between_transpose, 1,
     "net Case {\n"
     "  in x [3, 6, 7]\n"
     "  out x -> conv(20, 3) -> conv_transpose(12, 4, stride: 2) -> conv(9, 3)\n"
     "}\n"
     "data D {\n"
     "  field x [3, 6, 7]\n"
     "  field dy [9, 12, 14]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -14.7331024486, 640.811104207},
     {"d_x", -151.082757879, -1736.06328403},
     {"d_conv_0_weight", -103.385067095, -474.907128588},
     {"d_conv_0_bias", -120.897045976, -450.936200766},
     {"d_conv_transpose_0_weight", 34.4335015123, -1021.94980677},
     {"d_conv_transpose_0_bias", 26.8375828379, -46.3263193674},
     {"d_conv_1_weight", 69.9918291079, 3927.33521203},
     {"d_conv_1_bias", -1.28131750428, 6.34535131363})
CASE(cross_entropy, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field t class(5)\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = cross_entropy(x, t)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.92499646174, 0.259310871402},
     {"d_x", 0.00998374698427, 0.323164364238},
     {"d_nudge", 2.28372268099, 1.50412579638})
CASE(cross_entropy_smoothing, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field t class(5)\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = cross_entropy(x, t, smoothing: 0.1)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.9543227099, 0.303848119523},
     {"d_x", 0.00466829258071, 0.289220753137},
     {"d_nudge", 2.25270661323, 1.48369771725})
CASE(cross_entropy_pixels, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5, 3, 4]\n"
     "  field t class(5) [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = cross_entropy(x, t, smoothing: 0.2)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 2.15441897125, 0.677834827778},
     {"d_x", -0.000303848289364, 0.00441072925883},
     {"d_nudge", 1.90778258845, 1.25652078033})
CASE(cross_entropy_soft, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field p [5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = cross_entropy(x, p)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 4.14037368523, 0.920091576403},
     {"d_x", -0.0642190144909, 0.0921391435375},
     {"d_nudge", 4.89365530364, 3.22310289338})
CASE(cross_entropy_soft_smoothing, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field p [5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = cross_entropy(x, softmax(p), smoothing: 0.1)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 2.06583888862, 0.611350268447},
     {"d_x", -0.0359847989935, 0.00794478579565},
     {"d_nudge", 1.94455512207, 1.28074023432})
CASE(cross_entropy_weights, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field t class(5)\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = cross_entropy(x, t, weights: [1, 2, 0.5, 3, 0.25])\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 2.42169430379, 1.59499789689},
     {"d_x", 0.00230394161175, 0.236918878561},
     {"d_nudge", 2.42169430379, 1.59499789689})
CASE(cross_entropy_weights_pixels, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5, 2, 3]\n"
     "  field t class(5) [2, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = cross_entropy(x, t, weights: [1, 2, 0.5, 3, 0.25], smoothing: 0.1)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 2.16942100846, 1.42884340957},
     {"d_x", -9.29915018943e-05, -0.0239874781449},
     {"d_nudge", 2.16942100846, 1.42884340957})
CASE(cross_entropy_weights_soft, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field p [5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = cross_entropy(x, p, weights: [1, 2, 0.5, 3, 0.25])\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 3.83784679475, -0.0323014575639},
     {"d_x", -0.061687075842, 0.132809693341},
     {"d_nudge", 6.25227335867, 4.11792803174})
CASE(nll, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5, 2, 2]\n"
     "  field t class(5) [2, 2]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = nll(log_softmax(x), t)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 2.09154378292, 0.63223185385},
     {"d_x", 0.00353610076125, -0.0375733658456},
     {"d_nudge", 2.11874954434, 1.39546971803})
CASE(bce_with_logits, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field p [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = bce_with_logits(x, p)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.778782380092, 0.276641495941},
     {"d_x", -0.00363504654859, -0.0168389120902},
     {"d_nudge", 0.798756452724, 0.526084097497})
CASE(bce_with_logits_positive, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field mask [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, mask) {\n"
     "  y = bce_with_logits(x, mask, positive: 3)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 2.06737088779, 0.613633337466},
     {"d_x", 0.00503891120875, -0.0699761000495},
     {"d_nudge", 1.74557072001, 1.14968335307})
CASE(bce, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field mask [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, mask) {\n"
     "  y = bce(sigmoid(x), mask)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.805621925122, 0.266016476561},
     {"d_x", 0.00503891120875, -0.013694497001},
     {"d_nudge", 0.714203200768, 0.470394880723})
CASE(focal_loss, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field mask [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, mask) {\n"
     "  y = focal_loss(x, mask)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.0999365451265, 0.0336997422938},
     {"d_x", 0.000379983428952, 0.00194272708338},
     {"d_nudge", 0.10196614291, 0.0671578502874})
CASE(focal_loss_bare, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field mask [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, mask) {\n"
     "  y = focal_loss(x, mask, alpha: -1, gamma: 1.5)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.412383448199, 0.125950111708},
     {"d_x", 0.000976668820429, -0.0174894377057},
     {"d_nudge", 0.349334546827, 0.230081834288})
CASE(peak_loss, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 4, 5]\n"
     "  field p [2, 4, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = peak_loss(x, min(1.3*p, 1))\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.552547975843, 0.154762066294},
     {"d_x", 6.95769638104e-05, 0.106384552691},
     {"d_nudge", 0.571239793606, 0.376235046676})
CASE(focal_cross_entropy, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5, 2, 3]\n"
     "  field t class(5) [2, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = focal_cross_entropy(x, t, gamma: 3)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 2.3237340689, 1.43449259281},
     {"d_x", 0.00161728526912, -0.0925510109948},
     {"d_nudge", 1.85391385641, 1.22104127567})
CASE(mse, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field y [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = mse(x, y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.29307393566, 0.203787298123},
     {"d_x", -0.0675054382437, -0.374908890202},
     {"d_nudge", 1.76562072283, 1.16288886472})
CASE(l1, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field y [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = l1(x, y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.00141793992, 0.256337801471},
     {"d_x", -0.0265772720178, -0.108940115595},
     {"d_nudge", 1.12706252653, 0.742315971372})
CASE(huber, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field y [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = huber(x, y, delta: 0.7)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.471108585164, 0.110499913791},
     {"d_x", -0.0186040904125, -0.0711796916964},
     {"d_nudge", 0.563209735377, 0.370946218121})
CASE(smooth_l1, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field y [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = smooth_l1(x, y, beta: 0.7)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.67301226452, 0.157857019701},
     {"d_x", -0.0265772720178, -0.101685273852},
     {"d_nudge", 0.804585336253, 0.529923168744})
CASE(log_cosh, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field y [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = log_cosh(x, y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.491685998892, 0.104786136989},
     {"d_x", -0.0226914996339, -0.0897832502863},
     {"d_nudge", 0.611035256681, 0.402445489428})
CASE(dice_loss, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [1, 3, 4]\n"
     "  field mask [1, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, mask) {\n"
     "  y = dice_loss(sigmoid(x), mask)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.45876782888, 0.15176773346},
     {"d_x", 0.0016766342565, -0.00937998701353},
     {"d_nudge", 0.39640417619, 0.261083253304})
CASE(dice_loss_batch, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [1, 3, 4]\n"
     "  field mask [1, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, mask) {\n"
     "  y = dice_loss(sigmoid(x), mask, over: batch)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.413733212545, 0.272496657754},
     {"d_x", 0.00181681803795, -0.00866808594535},
     {"d_nudge", 0.413733212545, 0.272496657754})
CASE(jaccard_loss, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [1, 3, 4]\n"
     "  field mask [1, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, mask) {\n"
     "  y = jaccard_loss(sigmoid(x), mask)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.597887861351, 0.193764506421},
     {"d_x", 0.0016234117919, -0.00860221821941},
     {"d_nudge", 0.537884595664, 0.354266348776})
CASE(tversky_loss, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [1, 3, 4]\n"
     "  field mask [1, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, mask) {\n"
     "  y = tversky_loss(sigmoid(x), mask)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.454394508799, 0.152439203804},
     {"d_x", 0.000896629553129, -0.00885118461242},
     {"d_nudge", 0.39894923548, 0.262759502949})
CASE(tversky_loss_batch, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [1, 3, 4]\n"
     "  field mask [1, 3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, mask) {\n"
     "  y = tversky_loss(sigmoid(x), mask, over: batch)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.434067290081, 0.285889269221},
     {"d_x", 0.000973768594215, -0.00874883078297},
     {"d_nudge", 0.434067290081, 0.285889269221})
CASE(hinge, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 3]\n"
     "  field sign [2, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, sign) {\n"
     "  y = hinge(x, sign)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.16970110188, 0.240700792428},
     {"d_x", -0.044295453363, -0.0132604824189},
     {"d_nudge", 1.39807847804, 0.920814914039})
CASE(multi_margin, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field t class(5)\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = multi_margin(x, t)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.58705727458, -0.143880559989},
     {"d_x", 0, 0.208962629351},
     {"d_nudge", 1.13693392972, 0.748817562965})
CASE(kl_div, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field y [5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = kl_div(log_softmax(x), softmax(y))\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.785426822722, 0.420277569265},
     {"d_x", -0.0326698545877, 0.0308310628073},
     {"d_nudge", 0.449656221559, 0.29615659028})
CASE(kl_normal, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field y [5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = kl_normal(x, y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 3.52693558028, -0.00483924189054},
     {"d_x", -0.386073556683, -0.380673112565},
     {"d_nudge", 3.93327896065, 2.59057126257})
CASE(cosine_similarity, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5, 2]\n"
     "  field y [5, 2]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = sum(cosine_similarity(x, y))\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.528606904984, 0.186668110517},
     {"d_x", 0.0240339700691, 0.124911509249},
     {"d_nudge", 0.43849685354, 0.288806707806})
CASE(cosine_loss, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field y [5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = cosine_loss(x, y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.915925033445, 0.504116039168},
     {"d_x", 0.00826659560988, 0.0645258740186},
     {"d_nudge", 0.652302799156, 0.42962548624})
CASE(cosine_embedding, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field y [5]\n"
     "  field sign []\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, sign) {\n"
     "  y = cosine_embedding(x, y, sign, margin: 0.1)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.915925033445, 0.504116039168},
     {"d_x", 0.00826659560988, 0.0645258740186},
     {"d_nudge", 0.652302799156, 0.42962548624})
CASE(triplet_loss, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field y [5]\n"
     "  field z [5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, z) {\n"
     "  y = triplet_loss(x, y, z, margin: 2)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0, -0.877081158383},
     {"d_x", 0, 0.0637166192573},
     {"d_nudge", 1.51694670444, 0.999104965271})
CASE(gaussian_nll, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field y [5]\n"
     "  field p [5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y, p) {\n"
     "  y = gaussian_nll(x, y, p)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.61559404852, 0.58574540624},
     {"d_x", -0.206838728649, -0.382286117817},
     {"d_nudge", 1.13362083272, 0.746635461475})
CASE(poisson_nll, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field p [5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, p) {\n"
     "  y = poisson_nll(x, p)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.24849239967, -0.22135008109},
     {"d_x", -0.00491238106933, 0.15911848344},
     {"d_nudge", 1.5265551841, 1.00543338782})
CASE(box_iou, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5, 4]\n"
     "  field y [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = mean(box_iou(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1), stack([y[:, 0], y[:, 1], y[:, 0] + 2*sigmoid(y[:, 2]), y[:, 1] + 2*sigmoid(y[:, 3])], axis: -1)))\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.070537574453, 0.0185130640191},
     {"d_x", 0.00695736736763, 0.00361427278249},
     {"d_nudge", 0.0411416472619, 0.0270970785845})
CASE(aligned_iou, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field y [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = mean(aligned_iou(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1), stack([y[:, 0], y[:, 1], y[:, 0] + 2*sigmoid(y[:, 2]), y[:, 1] + 2*sigmoid(y[:, 3])], axis: -1)))\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.0416334441954, 0.0213311993909},
     {"d_x", 0, 0.0389980810979},
     {"d_nudge", 0.0483413003871, 0.031838978326})
CASE(aligned_iou_raw, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field y [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = mean(aligned_iou(x, y))\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.0138897379838, 0.00923981252516},
     {"d_x", 0, -0.000653719192146},
     {"d_nudge", 0.00479196416654, 0.00315612616987})
CASE(aligned_iou_equal, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = mean(aligned_iou(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1), stop(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1)))) + mean(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.851129426668, 0.169811321525},
     {"d_x", 0.0110738633407, 0.0492308161812},
     {"d_nudge", 0.978030395776, 0.644159100477})
CASE(aligned_iou_empty, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field y [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = mean(aligned_iou(0*x, 0*y))\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0, 0},
     {"d_x", 0, 0},
     {"d_nudge", 0, 0})
CASE(giou, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field y [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = giou_loss(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1), stack([y[:, 0], y[:, 1], y[:, 0] + 2*sigmoid(y[:, 2]), y[:, 1] + 2*sigmoid(y[:, 3])], axis: -1))\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.58173276519, 0.46123531773},
     {"d_x", -0.00481137525992, -0.0983796412592},
     {"d_nudge", 1.3953444257, 0.919014188102})
CASE(giou_raw, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field y [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = giou_loss(x, y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0.604796663071, -0.622520124633},
     {"d_x", -0.0565104347193, -2.22817317318},
     {"d_nudge", 0.273860630262, 0.18037253035})
CASE(giou_equal, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = giou_loss(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1), stop(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1))) + mean(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", -0.148870247464, -0.14092730689},
     {"d_x", 0.0110738633407, 0.0324132701753},
     {"d_nudge", -0.0219692763035, -0.0144696006616})
CASE(giou_empty, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field y [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = giou_loss(0*x, 0*y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1, 0.310738758904},
     {"d_x", 0, 0},
     {"d_nudge", 1, 0.658628917116})
CASE(diou, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field y [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = diou_loss(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1), stack([y[:, 0], y[:, 1], y[:, 0] + 2*sigmoid(y[:, 2]), y[:, 1] + 2*sigmoid(y[:, 3])], axis: -1))\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.36583698396, 0.415554377197},
     {"d_x", -0.00321390541887, -0.0699604891017},
     {"d_nudge", 1.23813618338, 0.815472293702})
CASE(diou_raw, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field y [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = diou_loss(x, y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 2.19988906487, 0.747657711868},
     {"d_x", 0.000379342121938, -0.065527207676},
     {"d_nudge", 1.80783112106, 1.19068985359})
CASE(diou_equal, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = diou_loss(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1), stop(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1))) + mean(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", -0.148870247464, -0.14092730689},
     {"d_x", 0.0110738633407, 0.0155956759102},
     {"d_nudge", -0.0219692763035, -0.0144696006616})
CASE(diou_empty, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field y [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = diou_loss(0*x, 0*y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1, 0.310738758904},
     {"d_x", 0, 0},
     {"d_nudge", 1, 0.658628917116})
CASE(ciou, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field y [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = ciou_loss(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1), stack([y[:, 0], y[:, 1], y[:, 0] + 2*sigmoid(y[:, 2]), y[:, 1] + 2*sigmoid(y[:, 3])], axis: -1))\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.36827330133, 0.411619906572},
     {"d_x", -0.00321390541887, -0.0710013059058},
     {"d_nudge", 1.24308807056, 0.818733749793})
CASE(ciou_raw, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field y [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = ciou_loss(x, y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 2.77128332016, 0.604371636803},
     {"d_x", 0.00037934207851, -0.0809189694458},
     {"d_nudge", 2.79507964043, 1.84092027683})
CASE(ciou_equal, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = ciou_loss(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1), stop(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1))) + mean(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", -0.148870247464, -0.14092730689},
     {"d_x", 0.0110738633407, 0.0155956759102},
     {"d_nudge", -0.0219692763035, -0.0144696006616})
CASE(ciou_empty, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field y [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = ciou_loss(0*x, 0*y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1, 0.310738758904},
     {"d_x", 0, 0},
     {"d_nudge", 1, 0.658628917116})
CASE(box_area, 1,
     "net Case {\n"
     "  in x [2, 3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> box_area\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [2, 3, 4]\n"
     "  field dy [2, 3]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -2.80528918072, -4.72884563735},
     {"d_x", 1.32197573079, 3.70194557385},
     {"d_nudge", -5.37471082392, -3.53993996977})
CASE(box_clip, 1,
     "net Case {\n"
     "  in x [6, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> clip_boxes_to_image([2, 1])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field dy [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 0, 0.329601956799},
     {"d_x", 0, 1.05748637705},
     {"d_nudge", -1.14517507072, -0.754245416737})
CASE(box_convert_xyxy_xyxy, 1,
     "net Case {\n"
     "  in x [3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> box_convert(xyxy, xyxy)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -1.93886512633},
     {"d_x", 0.509749759911, 0.960017205826},
     {"d_nudge", -0.692834706432, -0.456320972438})
CASE(box_convert_xyxy_xywh, 1,
     "net Case {\n"
     "  in x [3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> box_convert(xyxy, xywh)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -2.32001659289},
     {"d_x", 0.872601856812, 0.744510766068},
     {"d_nudge", -0.460897691197, -0.303560547254})
CASE(box_convert_xyxy_cxcywh, 1,
     "net Case {\n"
     "  in x [3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> box_convert(xyxy, cxcywh)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -0.617365246972, -0.26485992145},
     {"d_x", 0.617726976857, -0.195832750968},
     {"d_nudge", 1.93984128896, 1.27763556753})
CASE(box_convert_xywh_xyxy, 1,
     "net Case {\n"
     "  in x [3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> box_convert(xywh, xyxy)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -1.55771365976},
     {"d_x", 0.14689766301, 1.17552364558},
     {"d_nudge", -0.924771721667, -0.609081397621})
CASE(box_convert_xywh_xywh, 1,
     "net Case {\n"
     "  in x [3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> box_convert(xywh, xywh)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -1.93886512633},
     {"d_x", 0.509749759911, 0.960017205826},
     {"d_nudge", -0.692834706432, -0.456320972438})
CASE(box_convert_xywh_cxcywh, 1,
     "net Case {\n"
     "  in x [3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> box_convert(xywh, cxcywh)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.196475582, -1.18664180134},
     {"d_x", 0.509749759911, 0.562042506042},
     {"d_nudge", 1.11818276896, 0.736467506261})
CASE(box_convert_cxcywh_xyxy, 1,
     "net Case {\n"
     "  in x [3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> box_convert(cxcywh, xyxy)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.1199657581, -2.64343776804},
     {"d_x", 0.14689766301, 1.63585855971},
     {"d_nudge", -2.97909334861, -1.96211702618})
CASE(box_convert_cxcywh_xywh, 1,
     "net Case {\n"
     "  in x [3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> box_convert(cxcywh, xywh)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.1199657581, -2.69108845131},
     {"d_x", 0.509749759911, 1.35799190561},
     {"d_nudge", -2.50385218183, -1.64910945114})
CASE(box_convert_cxcywh_cxcywh, 1,
     "net Case {\n"
     "  in x [3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> box_convert(cxcywh, cxcywh)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -1.15822067005, -1.93886512633},
     {"d_x", 0.509749759911, 0.960017205826},
     {"d_nudge", -0.692834706432, -0.456320972438})
CASE(box_encode, 1,
     "net Case {\n"
     "  in x [6, 4]\n"
     "  in x2 [6, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = box_encode(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1), stack([x2[:, 0], x2[:, 1], x2[:, 0] + 2*sigmoid(x2[:, 2]), x2[:, 1] + 2*sigmoid(x2[:, 3])], axis: -1))\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field x2 [6, 4]\n"
     "  field dy [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -9.31339491944, -5.43124569221},
     {"d_x", 2.0672268124, 3.34082709857},
     {"d_x2", -2.0672268124, -7.22119272476},
     {"d_nudge", -12.4166829706, -8.17798645909})
CASE(box_decode, 1,
     "net Case {\n"
     "  in x [6, 4]\n"
     "  in x2 [6, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = box_decode(x, stack([x2[:, 0], x2[:, 1], x2[:, 0] + 2*sigmoid(x2[:, 2]), x2[:, 1] + 2*sigmoid(x2[:, 3])], axis: -1))\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field x2 [6, 4]\n"
     "  field dy [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.14297047853, 4.15406151982},
     {"d_x", 0.0362229475748, 3.57144030244},
     {"d_x2", 0.14689766301, 2.21470984406},
     {"d_nudge", -2.41123560884, -1.58810949796})
CASE(box_encode_weights, 1,
     "net Case {\n"
     "  in x [6, 4]\n"
     "  in x2 [6, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = box_encode(stack([x[:, 0], x[:, 1], x[:, 0] + 2*sigmoid(x[:, 2]), x[:, 1] + 2*sigmoid(x[:, 3])], axis: -1), stack([x2[:, 0], x2[:, 1], x2[:, 0] + 2*sigmoid(x2[:, 2]), x2[:, 1] + 2*sigmoid(x2[:, 3])], axis: -1), weights: [10, 10, 5, 5])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field x2 [6, 4]\n"
     "  field dy [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -93.1339491944, -46.975354871},
     {"d_x", 20.672268124, 31.2019526245},
     {"d_x2", -20.672268124, -71.9112364484},
     {"d_nudge", -111.545477788, -73.4670772446})
CASE(box_decode_weights, 1,
     "net Case {\n"
     "  in x [6, 4]\n"
     "  in x2 [6, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = box_decode(x, stack([x2[:, 0], x2[:, 1], x2[:, 0] + 2*sigmoid(x2[:, 2]), x2[:, 1] + 2*sigmoid(x2[:, 3])], axis: -1), weights: [10, 10, 5, 5])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [6, 4]\n"
     "  field x2 [6, 4]\n"
     "  field dy [6, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.39288563065, 0.619607034113},
     {"d_x", 0.00362229475748, 0.417138878155},
     {"d_x2", 0.14689766301, 2.92275972335},
     {"d_nudge", 1.54032409225, 1.01450198888})
CASE(box_decode_clip, 1,
     "net Case {\n"
     "  in x [3, 4]\n"
     "  in x2 [3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = box_decode(x, stack([x2[:, 0], x2[:, 1], x2[:, 0] + 2*sigmoid(x2[:, 2]), x2[:, 1] + 2*sigmoid(x2[:, 3])], axis: -1), clip: 0.5)\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field x2 [3, 4]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.14297047853, -2.29842184423},
     {"d_x", 0.0362229475748, 2.09667127652},
     {"d_x2", 0.14689766301, 0.804228907467},
     {"d_nudge", -4.65897132088, -3.06853323595})
CASE(box_encode_empty, 1,
     "net Case {\n"
     "  in x [3, 4]\n"
     "  in x2 [3, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = box_encode(0*x, stack([x2[:, 0], x2[:, 1], x2[:, 0] + 2*sigmoid(x2[:, 2]), x2[:, 1] + 2*sigmoid(x2[:, 3])], axis: -1))\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4]\n"
     "  field x2 [3, 4]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, x2, dy) {\n"
     "  y = Case(x, x2)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -6.15557771766, -8.55143989503},
     {"d_x", 0, 0},
     {"d_x2", -2.0672268124, -3.75894940905},
     {"d_nudge", 21.9335134783, 14.4460462308})
CASE(anchor_grid, 1,
     "net Case {\n"
     "  in x [36, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x + anchor_grid(2, 3, 16, [32, 64])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [36, 4]\n"
     "  field dy [36, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -19.4965383623, 107.888299594},
     {"d_x", 0.509749759911, 2.66157936374},
     {"d_nudge", 243.75651992, 160.545092755})
CASE(anchor_grid_stride, 1,
     "net Case {\n"
     "  in x [12, 4]\n"
     "  weight nudge [] init: 0\n"
     "  z = x + anchor_grid(3, 2, [8, 4], [15], ratios: [1, 3])\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [12, 4]\n"
     "  field dy [12, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", -7.53676595432, 51.8372168067},
     {"d_x", 0.509749759911, 1.6226755749},
     {"d_nudge", -44.5597269505, -29.3483247084})
CASE(distribution_focal_loss, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4, 5]\n"
     "  field y [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = distribution_focal_loss(x, 3*y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 2.15842579883, 0.853485066502},
     {"d_x", -0.0213157477661, 0.0150913296998},
     {"d_nudge", 2.04366538189, 1.34601711742})
CASE(distribution_mean, 1,
     "net Case {\n"
     "  in x [3, 4, 5]\n"
     "  weight nudge [] init: 0\n"
     "  z = x -> distribution_mean\n"
     "  out nudge*z\n"
     "}\n"
     "data D {\n"
     "  field x [3, 4, 5]\n"
     "  field dy [3, 4]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, dy) {\n"
     "  y = Case(x)\n"
     "  minimize sum(y*dy)\n"
     "}\n",
     {"y", 1.15448286701, -0.00983648360275},
     {"d_x", -0.0277265625696, 0.490005132924},
     {"d_nudge", -4.42086657657, -2.91171056605})
CASE(accuracy, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field t class(5)\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = accuracy(x, t) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 0, 0},
     {"d_x", 0, 0},
     {"d_nudge", 0, 0})
CASE(top_k, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [5]\n"
     "  field t class(5)\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, t) {\n"
     "  y = top_k(x, t, 2) + 0*sum(x)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1, 0.658628917116},
     {"d_x", 0, 0},
     {"d_nudge", 0.333333333333, 0.219542972372})
CASE(rmse, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field y [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = rmse(x, y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.13713408869, 0.27396106221},
     {"d_x", -0.0296822683073, -0.138283215461},
     {"d_nudge", 1.32216793011, 0.870818032057})
CASE(mae, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field y [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = mae(x, y)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 1.00141793992, 0.256337801471},
     {"d_x", -0.0265772720178, -0.108940115595},
     {"d_nudge", 1.12706252653, 0.742315971372})
CASE(psnr, 1,
     "net Case {\n"
     "  in y\n"
     "  weight nudge [] init: 0\n"
     "  out nudge*y\n"
     "}\n"
     "data D {\n"
     "  field x [2, 5]\n"
     "  field y [2, 5]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x, y) {\n"
     "  y = psnr(x, y, 255)\n"
     "  minimize Case(y)\n"
     "}\n",
     {"y", 47.014570031, 15.1633500681},
     {"d_x", 0.226725158703, 0.890659143355},
     {"d_nudge", 45.7507412539, 30.1327611693})
CASE(penalty_instancenorm, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> instancenorm(affine: true) -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 0.0909383771633, 0.0593103236159},
     {"d_x", 0.00191583709585, -0.0257033387412},
     {"d_conv_0_weight", -0.00441614406702, 0.119843291916},
     {"d_conv_0_bias", 4.44522890719e-18, 4.5616511658e-18},
     {"d_instancenorm_0_weight", 0.524318307376, 0.306466728355},
     {"d_instancenorm_0_bias", 0, 0},
     {"d_dense_0_weight", 0.0117576643121, -0.0312045294987},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_batchnorm, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> batchnorm -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 0.534148283742, 0.273947100695},
     {"d_x", 0.000458374542042, -0.0494614866567},
     {"d_conv_0_weight", 0.00281826970985, 0.053379926039},
     {"d_conv_0_bias", -2.16840434497e-19, -5.86191323156e-18},
     {"d_batchnorm_0_weight", -0.40004648688, -0.335494367988},
     {"d_batchnorm_0_bias", 0, 0},
     {"d_dense_0_weight", -0.000331096100883, -0.335657015477},
     {"d_dense_0_bias", 0, 0},
     {"batchnorm_0.running_mean", 0.535340507918, 0.941623751886},
     {"batchnorm_0.running_var", 2.05657921188, 2.0986410723})
CASE(penalty_batchnorm_wide, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(20, 3, stride: 2) -> batchnorm -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 0.363324955034, 0.22520592462},
     {"d_x", 0.00431861023506, 0.131417496304},
     {"d_conv_0_weight", 0.00442521441208, -0.440131618771},
     {"d_conv_0_bias", 4.87890977618e-19, 3.13198836171e-18},
     {"d_batchnorm_0_weight", -0.0539309739051, 0.648099718267},
     {"d_batchnorm_0_bias", 0, 0},
     {"d_dense_0_weight", 0.0157286202081, 0.558144774302},
     {"d_dense_0_bias", 0, 0},
     {"batchnorm_0.running_mean", 0.535340507918, 3.67965038495},
     {"batchnorm_0.running_var", 2.05657921188, 6.85973138553})
CASE(penalty_groupnorm, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> groupnorm(2) -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 0.255602991089, 0.170497547675},
     {"d_x", -0.0015202335874, -0.0568485510348},
     {"d_conv_0_weight", -0.00452195426486, 0.0176157446739},
     {"d_conv_0_bias", -0.00364975168846, 0.0183278752809},
     {"d_groupnorm_0_weight", 0.472501107416, 0.334179085398},
     {"d_groupnorm_0_bias", 0, 0},
     {"d_dense_0_weight", -0.0237506823179, -0.0674872365587},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_layernorm, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> layernorm(axes: [0, 1, 2]) -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 0.00628629441615, -0.0170956408038},
     {"d_x", -0.000291760626425, -0.000794246249116},
     {"d_conv_0_weight", 0.00281760468087, -0.0227008081659},
     {"d_conv_0_bias", 0.00212778726479, -0.00623800894807},
     {"d_layernorm_0_weight", 0.01311349416, -0.129883512218},
     {"d_layernorm_0_bias", 0, 0},
     {"d_dense_0_weight", -0.0236668345693, 0.0492568998404},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_lrn, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> lrn(3, alpha: 0.5) -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 0.677166358168, -0.803660204171},
     {"d_x", 0.00838883559463, -0.606296513812},
     {"d_conv_0_weight", 0.571361639608, -3.14560831443},
     {"d_conv_0_bias", -0.705093040967, -0.467776314941},
     {"d_dense_0_weight", -0.357497659452, -2.72108306867},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_prelu, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> prelu -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 26.8441529068, 11.5833848319},
     {"d_x", 0, 0},
     {"d_conv_0_weight", -1.33943971025, -1.40879738065},
     {"d_conv_0_bias", 0, 0},
     {"d_prelu_0_weight", -1.39741686826, -3.91717306671},
     {"d_dense_0_weight", 1.047343141, -6.87843339416},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_squeeze_excite, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> squeeze_excite(2) -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 4.19876054393, 2.31376030848},
     {"d_x", 0, 0.140535466332},
     {"d_conv_0_weight", -0.366132407715, 0.837416309533},
     {"d_conv_0_bias", 0.157737512373, -0.0176838768525},
     {"d_squeeze_excite_0_fc1_weight", 0, -0.00431953701799},
     {"d_squeeze_excite_0_fc1_bias", 0, -0.0381980764903},
     {"d_squeeze_excite_0_fc2_weight", 0, -0.147708209577},
     {"d_squeeze_excite_0_fc2_bias", 2.79445464429, 2.24233193446},
     {"d_dense_0_weight", -0.306601167731, -1.20780186875},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_transpose, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> conv_transpose(4, 3, pad: 1) -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 303.896689102, 107.6717784},
     {"d_x", 0, 0},
     {"d_conv_0_weight", -10.631319536, 43.3769889434},
     {"d_conv_0_bias", 0, 0},
     {"d_conv_transpose_0_weight", 35.7714887361, 84.8527423368},
     {"d_conv_transpose_0_bias", 0, 0},
     {"d_dense_0_weight", 4.38794243598, -117.386637493},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_avgpool, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> avgpool(2, stride: 1) -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 2.01256935977, 0.99646196536},
     {"d_x", 0, 0},
     {"d_conv_0_weight", -0.101391516016, -0.424364767957},
     {"d_conv_0_bias", 0, 0},
     {"d_dense_0_weight", -0.340409884358, 1.13828841696},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_upsample, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> upsample(2, mode: bilinear) -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 15.3464093947, 5.35724773385},
     {"d_x", 0, 0},
     {"d_conv_0_weight", -0.168766900629, 1.26787031067},
     {"d_conv_0_bias", 0, 0},
     {"d_dense_0_weight", 3.01747336584, -16.7531449863},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_softmax, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> softmax -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 0.0748534540336, 0.0608853084176},
     {"d_x", 0.000912458059958, 0.11779627199},
     {"d_conv_0_weight", 0.003565764012, -0.0154807390965},
     {"d_conv_0_bias", -0.000305772023972, -0.00333104088308},
     {"d_dense_0_weight", 0.0108589975754, -0.0564706901441},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_maxpool, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> maxpool(2, stride: 1) -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 17.9644030927, 3.54390418889},
     {"d_x", 0, 0},
     {"d_conv_0_weight", -0.34954423291, -7.21519653676},
     {"d_conv_0_bias", 0, 0},
     {"d_dense_0_weight", 4.35452260139, 0.0516960205639},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_maxpool_exact, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(20, 3, stride: 2) -> maxpool(3) -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 18.7561114351, 1.36218388264},
     {"d_x", 0, 0},
     {"d_conv_0_weight", -0.839823131038, 3.8103085636},
     {"d_conv_0_bias", 0, 0},
     {"d_dense_0_weight", 6.59933000693, 6.02208188285},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_maxpool_wide, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(20, 3, stride: 2) -> maxpool(3, stride: 2, pad: 1) -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 86.1462939649, 30.6936269924},
     {"d_x", 0, 0},
     {"d_conv_0_weight", -1.33069937894, -25.6103195387},
     {"d_conv_0_bias", 0, 0},
     {"d_dense_0_weight", 6.44557746188, -43.2903979129},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_global_maxpool, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> global_maxpool -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 2.45743023833, -0.667889854106},
     {"d_x", 0, 0},
     {"d_conv_0_weight", -0.157149453724, 0.514817305468},
     {"d_conv_0_bias", 0, 0},
     {"d_dense_0_weight", 2.74825463701, -2.61903499935},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_silu, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> silu -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 20.232060272, 11.3768284866},
     {"d_x", 0.0367161753509, -1.911541011},
     {"d_conv_0_weight", -0.198880486248, 2.52654506267},
     {"d_conv_0_bias", 3.71830409882, 3.2311063662},
     {"d_dense_0_weight", -0.229692405024, -5.77722073287},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_gelu, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> gelu -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 20.0506927728, 9.68441899065},
     {"d_x", 0.0399627988591, -5.25029483789},
     {"d_conv_0_weight", -0.151706000863, 1.47689854838},
     {"d_conv_0_bias", 5.83019837706, 4.27826815569},
     {"d_dense_0_weight", -0.236684424698, -5.76377836714},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_elu, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> elu -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 20.3501516908, 10.6230553586},
     {"d_x", 0.0526019773182, 0.15513379724},
     {"d_conv_0_weight", -1.57707419425, 2.14660663529},
     {"d_conv_0_bias", 0.0883509465179, 0.132933087734},
     {"d_dense_0_weight", -0.624605863908, -7.62259722065},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_selu, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> selu -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 23.2813468099, 12.0301677246},
     {"d_x", 0.0989141888999, 0.220049327988},
     {"d_conv_0_weight", -1.77469403863, 3.96811632684},
     {"d_conv_0_bias", 0.289726062569, 0.388161292515},
     {"d_dense_0_weight", -0.904779704361, -8.72845020599},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_softplus, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> softplus -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 14.581455588, 8.85127431683},
     {"d_x", 0.118810256794, 0.130835346213},
     {"d_conv_0_weight", -0.440388429312, 5.87230062291},
     {"d_conv_0_bias", 2.46036563332, 2.37010508872},
     {"d_dense_0_weight", -0.808729535588, -4.12330996784},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_tanh, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> tanh -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 2.28479388163, 1.05451952788},
     {"d_x", 0.00319247149106, 1.63898171261},
     {"d_conv_0_weight", -1.98348353727, -2.19089672306},
     {"d_conv_0_bias", -3.25265438156, -2.57723355636},
     {"d_dense_0_weight", -0.198530436465, -1.89494206586},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_sigmoid, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> sigmoid -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 0.00674075013242, -0.00486125613885},
     {"d_x", 0.0010960021046, -0.00895376375016},
     {"d_conv_0_weight", -0.0074442276735, -0.00340432224413},
     {"d_conv_0_bias", -0.00277182939559, -0.00608846570004},
     {"d_dense_0_weight", -0.0118699930013, -0.0227212051415},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_mish, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> mish -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 20.2100836054, 10.065181618},
     {"d_x", 0.0476832098763, -3.82660545152},
     {"d_conv_0_weight", -0.324397685932, 2.15237226408},
     {"d_conv_0_bias", 4.81216996834, 3.67259551106},
     {"d_dense_0_weight", -0.30086469865, -6.18176521491},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_logsigmoid, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> logsigmoid -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 0.0243844805695, 0.0231891772591},
     {"d_x", 0.00111985537746, 0.00601450686848},
     {"d_conv_0_weight", 0.013182192494, 0.0118045295242},
     {"d_conv_0_bias", 0.011082079704, 0.01491574347},
     {"d_dense_0_weight", 0.00352637423852, 0.0375073474189},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_softsign, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> softsign -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 0.29524552562, 0.559881337847},
     {"d_x", 0.0019587751979, 0.971165145713},
     {"d_conv_0_weight", -0.362279662735, 1.71473982173},
     {"d_conv_0_bias", -3.81578554349, -4.1480341347},
     {"d_dense_0_weight", -0.0645706176498, -1.2990575097},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_gelu_tanh, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> gelu_tanh -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 20.0606961438, 9.68928620759},
     {"d_x", 0.0398829939246, -5.26097049367},
     {"d_conv_0_weight", -0.153385378342, 1.47189652779},
     {"d_conv_0_bias", 5.8160316587, 4.2704777734},
     {"d_dense_0_weight", -0.236851984254, -5.76366055022},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_tanhshrink, 1,
     "net Case {\n"
     "  in x [2, 6, 6]\n"
     "  out x -> conv(4, 3, stride: 2) -> tanhshrink -> leaky_relu(0.2) -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [2, 6, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 13.5578426284, 9.63732881411},
     {"d_x", -0.0789617709016, -0.378136722757},
     {"d_conv_0_weight", -0.480771790012, -0.0361683045198},
     {"d_conv_0_bias", 1.44961966102, 1.32991575663},
     {"d_dense_0_weight", -0.364639737308, -2.23091054841},
     {"d_dense_0_bias", 0, 0})
CASE(penalty_attention, 1,
     "net Case {\n"
     "  in x [4, 6]\n"
     "  out x -> attention(2) -> gelu -> flatten -> dense(1)\n"
     "}\n"
     "data D {\n"
     "  field x [4, 6]\n"
     "  source: shapes(count: 4)\n"
     "}\n"
     "train on D as (x) {\n"
     "  y = (norm(grad(of: sum(Case(x)), to: x)) - 1)^2\n"
     "  minimize y\n"
     "}\n",
     {"y", 18.6996184399, 14.6404237691},
     {"d_x", -0.498987273361, -6.2410090561},
     {"d_attention_0_in_proj_weight", -1.3569611896, 29.0978376719},
     {"d_attention_0_in_proj_bias", -1.16835284715, -5.95594319325},
     {"d_attention_0_out_proj_weight", 0.681202246244, -11.2899742916},
     {"d_attention_0_out_proj_bias", 0.212429582326, 3.93005778485},
     {"d_dense_0_weight", 2.58787364609, 4.92126004697},
     {"d_dense_0_bias", 0, 0})
