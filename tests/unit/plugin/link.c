/* SPDX-License-Identifier: MIT */
#include "plugin/link.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dlfcn.h>
#include <string.h>

static execz_error
explain(const char *message)
{
    execz_error err = EXECZ_ERROR_INIT;

    ez_link_explain(message, "/p/x.so", &err);
    return err;
}

Test(link, an_undefined_symbol_is_found_in_both_forms)
{
    cr_expect(ne(ptr, strstr(explain("/proc/self/fd/7: undefined symbol: frob").message, "'frob'"),
                 NULL));
    cr_expect(ne(ptr,
                 strstr(explain("/proc/self/fd/7: undefined symbol: frob, version X_1").message,
                        "'frob'"),
                 NULL));
}

Test(link, the_library_that_probably_has_it_is_named)
{
    execz_error err = explain("/proc/self/fd/7: undefined symbol: json_loads");

    cr_expect(strstr(err.message, "/libjansson.so") != NULL, "%s", err.message);
    cr_expect(strstr(err.message, "; link it with -ljansson ") != NULL, "%s", err.message);
}

Test(link, a_plugin_built_with_a_sanitizer_is_recognised)
{
    cr_expect(
        eq(str, explain("/proc/self/fd/7: undefined symbol: __asan_init").message,
           (char *)"/p/x.so: undefined symbol '__asan_init': it was built with a sanitizer and "
                   "this execz was not; build both with the same -fsanitize"));
}

Test(link, no_room_for_thread_local_storage_says_what_helps)
{
    execz_error err = explain("/proc/self/fd/7: cannot allocate memory in static TLS block");

    cr_expect(eq(str, err.code, (char *)"P312"));
    cr_expect(
        eq(str, err.message,
           (char *)"/p/x.so: no room is left for its thread-local storage: build it with -fPIC "
                   "and without -ftls-model=initial-exec, or give more room with "
                   "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=4096"));
}

Test(link, a_library_that_is_too_old_is_named)
{
    execz_error err = explain("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.99' not found "
                              "(required by /proc/self/fd/7)");

    cr_expect(eq(str, err.code, (char *)"P313"));
    cr_expect(eq(str, err.message,
                 (char *)"/p/x.so: it needs GLIBC_2.99, which this system's library does not have: "
                         "it was built on a newer system; build it on this one"));
}

Test(link, anything_else_is_quoted_without_the_name_that_only_we_know)
{
    execz_error err = explain("/proc/self/fd/7: ELF load command past end of file");

    cr_expect(eq(str, err.code, (char *)"P319"));
    cr_expect(eq(str, err.message,
                 (char *)"/p/x.so: the system's loader refuses it: ELF load command past end of "
                         "file"));
}

Test(link, a_symbol_of_a_library_it_needs_is_not_its_own)
{
    g_autofree char *path = fixture_path("good");
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    cr_assert(ne(ptr, object, NULL));
    cr_expect(ne(ptr, ez_link_find(object, "execz_plugin_entry"), NULL));
    cr_expect(ne(ptr, dlsym(object, "malloc"), NULL));
    cr_expect(eq(ptr, ez_link_find(object, "malloc"), NULL));
    cr_expect(eq(ptr, ez_link_find(object, "no_such_thing"), NULL));
}
