/* SPDX-License-Identifier: MIT */
#include "plugin/codes.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct fact {
    const char *text;
    execz_status status;
    const char *title;
} fact;

static const fact facts[] = {
#define FACT(name, code, status, title) {code, status, title},
    EZ_PLUGIN_CODES(FACT)
#undef FACT
};

const char *
ez_plugin_code_text(ez_plugin_code code)
{
    return facts[code].text;
}

const char *
ez_plugin_code_title(ez_plugin_code code)
{
    return facts[code].title;
}

execz_status
ez_plugin_fail(execz_error *err, ez_plugin_code code, const char *format, ...)
{
    char message[sizeof err->message];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return ez_fail_code(err, facts[code].status, facts[code].text, "%s", message);
}
