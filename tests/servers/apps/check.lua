-- Each answer is looked at: a wrong one is a line of standard error.
function init(args)
	expected = args[1]
end

function response(status, headers, body)
	if status ~= 200 or body ~= expected then
		io.stderr:write("wrong answer: ", status, " ", body, "\n")
	end
end
