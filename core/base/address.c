/* SPDX-License-Identifier: MIT */
#include "base/address.h"

#include "base/error.h"
#include "base/parse.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include <arpa/inet.h>

/* Whether it is the number of a machine, of version 6 in brackets. */
static bool
is_host(const char *text, size_t length)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';
    g_autofree char *number = g_strndup(text + bracketed, bracketed ? length - 2 : length);

    return inet_pton(bracketed ? AF_INET6 : AF_INET, number, bytes) == 1;
}

execz_status
ez_address_check(const char *text, execz_error *err)
{
    const char *colon = strrchr(text, ':');
    int64_t port;

    if (colon == NULL || !is_host(text, (size_t)(colon - text))) {
        return ez_fail(err, EXECZ_E_PARSE,
                       "'%s' is no address; write a number and a port, as in 127.0.0.1:9464 or "
                       "[::1]:9464",
                       text);
    }
    if (ez_parse_i64(colon + 1, &port, NULL) != EXECZ_OK || port < 0 || port > 65535) {
        return ez_fail(err, EXECZ_E_PARSE, "'%s' is no port; one is 0 to 65535", colon + 1);
    }
    return EXECZ_OK;
}
