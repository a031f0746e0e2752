/* SPDX-License-Identifier: MIT */
#define ALIAS "start_fails"
#define START refuse
#include <execz/plugin.h>

#include <stdio.h>

static execz_status
refuse(const execz_host *host, const char *alias, execz_executor **executor_out, execz_error *err)
{
    snprintf(err->message, sizeof err->message,
             "cannot reach the queue at 192.0.2.1; set the option 'server'");
    return EXECZ_E_IO;
}

#include "body.h"
