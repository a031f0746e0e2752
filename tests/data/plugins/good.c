/* SPDX-License-Identifier: MIT */
#define ID "org.execz.test.good"
#define ALIAS "good"
#include "body.h"
