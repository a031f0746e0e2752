/* SPDX-License-Identifier: MIT */
/* Addresses with a port, as people write them. */
#ifndef EZ_BASE_ADDRESS_H
#define EZ_BASE_ADDRESS_H

#include <execz/types.h>

/* Whether text is one: "127.0.0.1:9464", "[::1]:9464", with any port from 0. */
execz_status ez_address_check(const char *text, execz_error *err);

#endif
