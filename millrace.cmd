@echo off
rem The millrace command on Windows: builds itself on first use and after a change of the sources, then starts the finished build.
setlocal
set "HERE=%~dp0"
set DOTNET_CLI_TELEMETRY_OPTOUT=1
set DOTNET_NOLOGO=1
where dotnet >nul 2>nul || (
  echo millrace: the .NET 10 SDK is needed and 'dotnet' is not on PATH. Install it from https://dotnet.microsoft.com/download/dotnet/10.0 and try again. 1>&2
  exit /b 3
)
for /f "usebackq delims=" %%h in (`powershell -NoProfile -Command "$sum=0L; foreach($f in Get-ChildItem -Recurse -File '%HERE%src','%HERE%web','%HERE%Directory.*.props' -ErrorAction SilentlyContinue){ if($f.FullName -notmatch '\\(bin|obj|node_modules|dist|\.test)\\'){ $sum=($sum*31+$f.Length*7+$f.LastWriteTimeUtc.Ticks+$f.FullName.Length) %% 1000000007000 } }; $sum"`) do set "HASH=%%h"
set "BUILD=%HERE%.cache\build\%HASH%"
if exist "%BUILD%\Millrace.Cli.dll" goto start

dotnet --list-sdks | findstr /b "10." >nul || (
  echo millrace: the .NET 10 SDK is needed. Install it from https://dotnet.microsoft.com/download/dotnet/10.0 and try again. 1>&2
  exit /b 3
)
where npm >nul 2>nul || (
  echo millrace: Node 20.19 or newer, with npm, is needed to build the web page. Install it from https://nodejs.org and try again. 1>&2
  exit /b 3
)
if not exist "%HERE%.cache\build" mkdir "%HERE%.cache\build"
set "LOG=%HERE%.cache\build.log"
echo Millrace builds itself (once for each change of its sources). 1>&2
echo Building the web page ... 1>&2
pushd "%HERE%web"
call npm ci --no-audit --no-fund >"%LOG%" 2>&1 && call npm run build >>"%LOG%" 2>&1 || goto broken
popd
echo Building the engine ... 1>&2
set "NEXT=%HERE%.cache\build\next.%RANDOM%"
dotnet publish "%HERE%src\Millrace.Cli\Millrace.Cli.csproj" -c Release --use-current-runtime --self-contained false -p:PublishReadyToRun=true --artifacts-path "%HERE%.cache\obj" -o "%NEXT%" -p:RunAnalyzers=false -p:GenerateDocumentationFile=false >>"%LOG%" 2>&1 || goto broken
if not exist "%BUILD%" move "%NEXT%" "%BUILD%" >nul

:start
dotnet "%BUILD%\Millrace.Cli.dll" %*
exit /b %ERRORLEVEL%

:broken
echo millrace: the build failed. The log is %LOG%: 1>&2
powershell -NoProfile -Command "Get-Content '%LOG%' -Tail 20" 1>&2
exit /b 3
