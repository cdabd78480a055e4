; The Windows installer, made by makensis on Debian (`packaging/build windows`): for the current user, no administrator needed.
; Defined on the command line: VERSION, FILES (the folder that the zip is made of), OUT.
Unicode true
SetCompressor /SOLID lzma
Name "modemscope ${VERSION}"
OutFile "${OUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\modemscope"
InstallDirRegKey HKCU "Software\modemscope" "InstallDir"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\modemscope"

Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

Section
  SetOutPath "$INSTDIR"
  File /r "${FILES}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\modemscope.lnk" "$INSTDIR\modemscopew.exe"
  WriteRegStr HKCU "Software\modemscope" "InstallDir" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "modemscope"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The modemscope developers"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\modemscope.exe"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

; Takes away what the installer put there, by name: settings, macros and captures of the user stay, and so does any other file in the folder.
Section "Uninstall"
  Delete "$INSTDIR\modemscope.exe"
  Delete "$INSTDIR\modemscopew.exe"
  Delete "$INSTDIR\README.md"
  Delete "$INSTDIR\CHANGELOG.md"
  Delete "$INSTDIR\LICENSE-MIT.txt"
  Delete "$INSTDIR\LICENSE-APACHE.txt"
  Delete "$INSTDIR\THIRD-PARTY.txt"
  RMDir /r "$INSTDIR\handbook"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\modemscope.lnk"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\modemscope"
SectionEnd
