@rem Lets "npm start" begin with exec, which a POSIX shell needs so that signals reach the server itself.
@%*
