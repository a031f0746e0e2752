/* SPDX-License-Identifier: MIT */
#include "plugin/link.h"

#include "plugin/codes.h"
#include "plugin/provider.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

/* The text between prefix and suffix, if message has both in this order. */
static char *
between(const char *message, const char *prefix, const char *suffix)
{
    const char *start = strstr(message, prefix);
    const char *end;

    if (start == NULL) {
        return NULL;
    }
    start += strlen(prefix);
    end = suffix[0] == '\0' ? start + strcspn(start, ", \t(") : strstr(start, suffix);
    return end == NULL || end == start ? NULL : g_strndup(start, (gsize)(end - start));
}

/* message without the name under which the loader knows the file. */
static const char *
without_name(const char *message)
{
    const char *end = g_str_has_prefix(message, "/proc/self/fd/") ? strstr(message, ": ") : NULL;

    return end == NULL ? message : end + strlen(": ");
}

static bool
is_sanitizer(const char *symbol)
{
    return g_str_has_prefix(symbol, "__asan_") || g_str_has_prefix(symbol, "__tsan_") ||
           g_str_has_prefix(symbol, "__msan_") || g_str_has_prefix(symbol, "__ubsan_");
}

/* The library that has it probably, and how to link with that. */
static execz_status
undefined(const char *symbol, const char *for_path, execz_error *err)
{
    g_autofree char *library = ez_provider_find(symbol);
    g_autofree char *name = library == NULL ? NULL : g_path_get_basename(library);

    if (name == NULL) {
        return ez_plugin_fail(err, EZ_P_UNDEFINED_SYMBOL,
                              "%s: undefined symbol '%s': none of the libraries it was linked with "
                              "defines it; link it with the one that does (-Wl,-z,defs shows this "
                              "when it is built)",
                              for_path, symbol);
    }
    return ez_plugin_fail(
        err, EZ_P_UNDEFINED_SYMBOL,
        "%s: undefined symbol '%s': none of the libraries it was linked with "
        "defines it, but %s does; link it with -l%.*s (-Wl,-z,defs shows this when "
        "it is built)",
        for_path, symbol, library, (int)strcspn(name + strlen("lib"), "."), name + strlen("lib"));
}

execz_status
ez_link_explain(const char *message, const char *for_path, execz_error *err)
{
    g_autofree char *symbol = between(message, "undefined symbol: ", "");
    g_autofree char *version = between(message, "version `", "' not found");
    const char *missing = strstr(message, ": cannot open shared object file");

    if (symbol != NULL && is_sanitizer(symbol)) {
        return ez_plugin_fail(err, EZ_P_UNDEFINED_SYMBOL,
                              "%s: undefined symbol '%s': it was built with a sanitizer and this "
                              "execz was not; build both with the same -fsanitize",
                              for_path, symbol);
    }
    if (symbol != NULL) {
        return undefined(symbol, for_path, err);
    }
    if (missing != NULL && !g_str_has_prefix(message, "/proc/self/fd/")) {
        return ez_plugin_fail(err, EZ_P_MISSING_LIBRARY,
                              "%s: it needs the library '%.*s', which is not installed where the "
                              "system's loader looks; install it, or add its directory to "
                              "/etc/ld.so.conf.d and run ldconfig ($ORIGIN is not understood in "
                              "plugins)",
                              for_path, (int)(missing - message), message);
    }
    if (strstr(message, "static TLS block") != NULL) {
        return ez_plugin_fail(err, EZ_P_STATIC_TLS,
                              "%s: no room is left for its thread-local storage: build it with "
                              "-fPIC and without -ftls-model=initial-exec, or give more room with "
                              "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=4096",
                              for_path);
    }
    if (version != NULL) {
        return ez_plugin_fail(err, EZ_P_OLD_LIBRARY,
                              "%s: it needs %s, which this system's library does not have: it was "
                              "built on a newer system; build it on this one",
                              for_path, version);
    }
    return ez_plugin_fail(err, EZ_P_LINK, "%s: the system's loader refuses it: %s", for_path,
                          without_name(message));
}

void *
ez_link_open(const ez_image *image, execz_error *err)
{
    char name[64];
    void *object;
    const char *message;

    snprintf(name, sizeof name, "/proc/self/fd/%d", image->fd);
    dlerror();
    object = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (object == NULL) {
        message = dlerror();
        ez_link_explain(message == NULL ? "no reason given" : message, image->path, err);
    }
    return object;
}

const void *
ez_link_address(void *object)
{
    struct link_map *own = NULL;

    return dlinfo(object, RTLD_DI_LINKMAP, &own) != 0 ? NULL : (const void *)own->l_addr;
}

void *
ez_link_find(void *object, const char *name)
{
    void *symbol = dlsym(object, name);
    struct link_map *own = NULL, *found = NULL;
    Dl_info facts;

    if (symbol == NULL || dlinfo(object, RTLD_DI_LINKMAP, &own) != 0 ||
        dladdr1(symbol, &facts, (void **)&found, RTLD_DL_LINKMAP) == 0 || found != own) {
        return NULL;
    }
    return symbol;
}
