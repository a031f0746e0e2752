/* SPDX-License-Identifier: MIT */
#define ALIAS "other_kind"
#define KIND "org.execz.test.kind/7"
#include "body.h"
