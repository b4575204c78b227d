// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The entry of executables. Machines without libc's development files have no
// crt1.o to link, so this does what it does: give main to libc.
        .text
        .globl  _start
        .type   _start, @function
_start:
        .cfi_startproc
        .cfi_undefined rip
        endbr64
        xorl    %ebp, %ebp
        movq    %rdx, %r9               // the dynamic linker's exit function
        popq    %rsi                    // argc
        movq    %rsp, %rdx              // argv
        andq    $-16, %rsp
        pushq   %rax                    // keeps the stack aligned
        pushq   %rsp                    // stack_end
        xorl    %r8d, %r8d              // fini and init: libc finds ours itself
        xorl    %ecx, %ecx
        leaq    main(%rip), %rdi
        callq   *__libc_start_main@GOTPCREL(%rip)
        hlt
        .cfi_endproc
        .size   _start, .-_start
        .section .note.GNU-stack,"",@progbits
